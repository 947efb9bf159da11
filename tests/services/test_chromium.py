from playwright.sync_api import Page


def test_a_page_shows_vietnamese(screen: Page) -> None:
    screen.set_content("<h1>Hồ sơ đất đai</h1>")

    assert screen.get_by_role("heading").inner_text() == "Hồ sơ đất đai"
