"""Pictures are dropped: on the library, on the cover, into a text."""

import base64

import pytest
from django.core.files.base import ContentFile

from eurasia.newsroom.models import Picture
from tests.newsroom.test_pictures import png_bytes

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

#: Files as a browser has them while something is dropped or pasted.
BRING = """(target, [event, files]) => {
  const data = new DataTransfer()
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
    data.items.add(new File([bytes], name, { type }))
  }
  target.scrollIntoView({ block: "center", behavior: "instant" }) // where a pointer can be
  const { left, top } = target.getBoundingClientRect()
  const at = { clientX: left + 30, clientY: top + 30, bubbles: true, cancelable: true }
  target.dispatchEvent(
    event === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent(event, { dataTransfer: data, ...at }),
  )
}"""


def bring(target, *files, event="drop"):
    given = [[name, "image/png", base64.b64encode(data).decode()] for name, data in files]
    target.evaluate(BRING, [event, given])


VIEW = ("view.png", png_bytes())


def kept():
    return list(Picture.objects.order_by("id").values_list("alt_en", "credit", "is_public"))


def describe(desk, alt, credit, **more):
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Alternative text (English)").fill(alt)
    dialog.get_by_label("Credit").fill(credit)
    for label, text in more.items():
        dialog.get_by_label(label).fill(text)
    desk.keyboard.press("Enter")


def test_several_are_dropped_on_the_library(desk):
    desk.goto(f"{desk.address}newsroom/picture/")
    bring(desk.locator("#content-main"), VIEW, ("broken.png", b"nothing"), ("third.png", VIEW[1]))
    dialog = desk.get_by_role("dialog", name="Add pictures")
    dialog.get_by_label("Credit:", exact=True).fill("Agence")
    rows = dialog.get_by_role("listitem")
    for number, alt in enumerate(["The pass", "The port"]):
        rows.nth(number).get_by_label("Alternative text (English)").fill(alt)
    dialog.get_by_role("button", name="Add pictures").click()
    dialog.get_by_text("2 of 3 were refused: each says why.").wait_for()

    said = [" ".join(row.inner_text().split()) for row in rows.all()]
    assert said[0] == "The pass In the library now"
    assert "This is no picture that can be read to its end." in said[1]
    assert "Say in one language at least what the picture shows." in said[2]
    assert kept() == [("The pass", "Agence", False)]

    rows.nth(1).get_by_role("button", name="Leave out").click()
    rows.nth(1).get_by_label("Alternative text (English)").fill("The plain")
    dialog.get_by_role("button", name="Add pictures").click()
    dialog.get_by_text("All are added.").wait_for()
    dialog.get_by_text("The same file was there already: The pass").wait_for()
    dialog.get_by_role("button", name="Close").click()
    desk.locator(".desk-library > li").nth(1).wait_for()

    assert kept() == [("The pass", "Agence", False), ("The plain", "Agence", False)]


def test_picture_dropped_on_the_cover_is_public_and_in_place(desk, article):
    desk.goto(f"{desk.address}newsroom/article/{article.pk}/change/")
    bring(desk.locator(".field-cover"), VIEW)
    describe(desk, "The pass", "")  # the browser asks for the credit
    desk.get_by_role("dialog").get_by_label("Credit").fill("Agence")
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").wait_for(state="detached")

    [picture] = Picture.objects.all()
    assert kept() == [("The pass", "Agence", True)]
    assert desk.locator("[name=cover]").input_value() == str(picture.pk)
    assert desk.locator("[name=cover_alt]").input_value() == "The pass"
    shown = desk.locator(".field-cover img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 4

    desk.get_by_role("button", name="No picture").click()
    assert desk.locator("[name=cover]").input_value() == ""
    assert desk.locator("[name=cover_alt]").input_value() == ""

    desk.locator(".field-cover").get_by_role("button", name="Choose from the library…").click()
    desk.get_by_role("dialog").get_by_role("radio", name="The pass").check()
    desk.get_by_role("button", name="Take this picture").click()
    desk.get_by_role("button", name="No picture").wait_for()
    assert desk.locator("[name=cover]").input_value() == str(picture.pk)
    assert desk.locator("[name=cover_alt]").input_value() == "The pass"


@pytest.mark.parametrize(
    "field, is_public, event", [("teaser", True, "drop"), ("body", False, "paste")]
)
def test_picture_brought_into_a_text_becomes_its_figure(field, is_public, event, desk, article):
    desk.goto(f"{desk.address}newsroom/article/{article.pk}/change/")
    bring(desk.locator(f".field-{field} .desk-text"), VIEW, event=event)
    describe(desk, "The pass", "Agence", Caption="In spring")
    desk.locator(f".field-{field} .desk-picture").wait_for()

    [picture] = Picture.objects.all()
    source = desk.evaluate(
        "field => new FormData(document.getElementById('article_form')).get(field)", field
    )
    assert kept() == [("The pass", "Agence", is_public)]
    figure = (
        f'<figure><img data-picture="{picture.pk}" alt="The pass">'
        "<figcaption>In spring</figcaption></figure>"
    )
    assert source.replace("\n", "").startswith(f"{figure}<p>The ")


def test_picture_pasted_into_a_translated_full_text_is_for_subscribers(desk, article):
    desk.goto(f"{desk.address}newsroom/article/{article.pk}/translate/")
    for part, alt in [("teaser", "The plain"), ("body", "The pass")]:
        desk.locator(f"#id_{part}-0").focus()
        row = desk.locator(f"textarea[name={part}-0]").locator(
            "xpath=ancestor::*[contains(@class, 'desk-editor')]"
        )
        bring(row.locator(".desk-text"), VIEW, event="paste")
        describe(desk, alt, "Agence", **{"Alternative text (French)": alt})
        desk.get_by_role("dialog").wait_for(state="detached")

    assert kept() == [("The plain", "Agence", True), ("The pass", "Agence", False)]


def test_library_proposes_words_that_the_editor_may_change(desk, article):
    picture = Picture.objects.create(
        file=ContentFile(png_bytes(), name="a.png"),
        credit="Agence",
        alt_en="The pass",
        alt_fr="Le col",
    )
    desk.goto(f"{desk.address}newsroom/article/{article.pk}/change/")
    desk.locator(".field-body [data-tool=figure]").click()
    dialog = desk.get_by_role("dialog", name="Picture with caption")
    dialog.get_by_role("radio", name="The pass").check()
    alt = dialog.get_by_label("Alternative text", exact=True)

    assert alt.input_value() == "The pass"
    alt.fill("The pass in spring")
    desk.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    shown = desk.locator(".field-body .desk-picture img")
    assert shown.get_attribute("alt") == "The pass in spring"
    assert picture.alt_en == "The pass"
