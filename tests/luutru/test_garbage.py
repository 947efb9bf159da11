import gc

from luutru import garbage


def test_what_a_process_is_made_of_is_not_looked_through_for_garbage() -> None:
    thresholds = gc.get_threshold()
    try:
        garbage.settle()

        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] == garbage.NEW_OBJECTS
        assert gc.get_count()[2] == 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
