"""Records made and read by the real engines: what is sure is right."""

from bench.describing import MAIN, Case, judged, truth_of
from catalog.scan import PageImage
from ocr.engines import open_engines
from ocr.read import read_page
from samples.documents import make_documents


def test_what_is_sure_of_generated_records_is_right() -> None:
    engines = open_engines()
    answers = []
    for document in make_documents(4, seed=31, classes=["clean300", "bilevel200", "seal", "hand"]):
        pages = tuple(read_page(PageImage(page.image, page.dpi), engines=engines) for page in document.pages)
        answers += judged(Case("", document.cls, pages, truth_of(document.fields), document.by_hand))

    main = [answer for answer in answers if answer.field in MAIN]
    assert [(one.field, one.value.value) for one in answers if one.value.confident and not one.right] == []
    assert sum(answer.right for answer in main) >= 0.8 * len(main)
