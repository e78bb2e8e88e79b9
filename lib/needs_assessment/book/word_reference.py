"""The Word document whose styles, header and footer every report takes over."""

import io
import subprocess
import zipfile

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from needs_assessment.book.settings import BookSettings

CALLOUT, CALLOUT_TITLE = "Callout", "Callout Title"
TABLE_TEXT, TABLE_NOTES, CAPTION_LABEL = "Table Text", "Table Notes", "Caption Label"
NOTICE, VERSION_LINE = "Notice", "Version Line"
CONTENTS = ("toc 1", "toc 2")
TABLE_SIZE = 9
_FONT = "Arial"  # on every machine that has Word; the report's own face is not
_INK, _QUIET, _NOTICE = "1B2126", "4D565E", "7A3E00"
_HEADINGS = {"Heading 1": 22, "Heading 2": 15, "Heading 3": 12.5, "Heading 4": 11}
LINE_WIDTH = Cm(17)
_VERSION_INDENT = Cm(5)
_WORD_2013 = 15
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# What a paragraph's properties hold after its border: Word wants them in this order.
_AFTER_BORDER = (
    "w:shd",
    "w:tabs",
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:jc",
    "w:outlineLvl",
)


def reference_document(settings: BookSettings) -> bytes:
    """The document whose styles, header and footer pandoc takes over: pandoc's own, with the
    council's colour, the notice at the head of every page and its number at the foot.

    The title page has neither: the notice is in its text.
    """
    pandoc = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    word = docx.Document(io.BytesIO(subprocess.run(pandoc, capture_output=True, check=True).stdout))
    _set_styles(word, settings)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1.25)
    section.gutter = Cm(0)
    # The title page says it all in large: its own header and footer are empty.
    section.different_first_page_header_footer = True
    section.first_page_header.is_linked_to_previous = False
    section.first_page_footer.is_linked_to_previous = False
    head = section.header.paragraphs[0]
    head.text = f"{settings.title}\t{settings.subtitle}"
    _align_right(head)
    if settings.notice:
        notice = section.header.add_paragraph()
        run = notice.add_run(settings.notice)
        run.bold, run.font.size, run.font.color.rgb = True, Pt(8.5), RGBColor.from_string(_NOTICE)
    foot = section.footer.paragraphs[0]
    foot.add_run("\tPage ")
    _add_field(foot, "PAGE")
    foot.add_run(" of ")
    _add_field(foot, "NUMPAGES")
    _align_right(foot)
    return packed(word)


def _set_styles(word: Document, settings: BookSettings) -> None:
    accent = settings.palette.accent.removeprefix("#").upper()
    for style in word.styles:
        if style.type in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER):
            _set_font(style)
    for element in word.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), settings.lang)
    language = word.settings.element.find(qn("w:themeFontLang"))
    language.set(qn("w:val"), settings.lang)
    _leave_compatibility_mode(word)
    _set_style(word.styles["Normal"], 10.5, _INK)
    for name, size in _HEADINGS.items():
        style = word.styles[name]
        _set_style(style, size, accent if name == "Heading 1" else _INK, bold=True, before=16)
        style.paragraph_format.keep_with_next = True
        style.paragraph_format.page_break_before = name == "Heading 1"
    _set_style(word.styles["TOC Heading"], 18, accent, bold=True)
    word.styles["TOC Heading"].paragraph_format.page_break_before = True
    _set_title_page(word, accent)
    for name in ("Table Caption", "Image Caption"):
        _set_style(word.styles[name], 9.5, _INK, italic=False, before=6)
    word.styles["Table Caption"].paragraph_format.keep_with_next = True
    word.styles["Table Caption"].paragraph_format.space_before = Pt(14)
    word.styles["Image Caption"].paragraph_format.space_after = Pt(14)
    word.styles["Captioned Figure"].paragraph_format.keep_with_next = True
    word.styles["Captioned Figure"].paragraph_format.space_before = Pt(14)
    label = word.styles.add_style(CAPTION_LABEL, WD_STYLE_TYPE.CHARACTER)
    label.font.bold = True
    for name in ("Body Text", "Compact", "Bibliography"):
        word.styles[name].paragraph_format.line_spacing = 1.15
    _set_style(word.styles["Hyperlink"], None, accent)
    word.styles["Hyperlink"].font.underline = True
    for name, size, colour in ((TABLE_TEXT, TABLE_SIZE, _INK), (TABLE_NOTES, 9, _QUIET)):
        style = _added(word, name)
        _set_style(style, size, colour, before=2 if name == TABLE_TEXT else 4)
        style.paragraph_format.space_after = Pt(2 if name == TABLE_TEXT else 9)
        style.paragraph_format.line_spacing = 1
    for name in (CALLOUT_TITLE, CALLOUT):
        style = _added(word, name)
        _set_style(style, 10.5, _INK, bold=name == CALLOUT_TITLE)
        _set_side_line(style, accent)
        style.paragraph_format.keep_with_next = name == CALLOUT_TITLE
        style.paragraph_format.keep_together = True
    for name in CONTENTS:
        style = _added(word, name, builtin=True)
        chapter = name == CONTENTS[0]
        _set_style(style, 9.5, _INK, bold=chapter, before=4 if chapter else 0)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1
        style.paragraph_format.keep_with_next = chapter
        style.paragraph_format.left_indent = Cm(0 if chapter else 0.6)
        style.paragraph_format.tab_stops.add_tab_stop(
            LINE_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )


def _set_title_page(word: Document, accent: str) -> None:
    """The styles of the title page: the council, the title, the notice and the version block."""
    _set_style(word.styles["Author"], 14, accent, bold=True, before=40)
    _set_style(word.styles["Title"], 32, accent, bold=True, before=150)
    _set_style(word.styles["Subtitle"], 18, _INK, bold=False, before=6)
    for name in ("Author", "Title", "Subtitle"):
        style = word.styles[name]
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        for spacing in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spacing)
    notice = _added(word, NOTICE)
    _set_style(notice, 12, _NOTICE, bold=True, before=30)
    _set_side_line(notice, _NOTICE)
    version = _added(word, VERSION_LINE)
    _set_style(version, 10.5, _INK, before=5)
    version.paragraph_format.space_after = Pt(0)
    version.paragraph_format.left_indent = _VERSION_INDENT
    version.paragraph_format.first_line_indent = -_VERSION_INDENT
    version.paragraph_format.tab_stops.add_tab_stop(_VERSION_INDENT)


def _set_side_line(style: ParagraphStyle, colour: str) -> None:
    style.paragraph_format.left_indent = Cm(0.4)
    line = border("w:pBdr", {"left": (24, colour)})
    style.element.get_or_add_pPr().insert_element_before(line, *_AFTER_BORDER)


def _leave_compatibility_mode(word: Document) -> None:
    """Say that the document is of Word 2013 or later: without that Word opens it in its
    compatibility mode, where comments have no answers.
    """
    compatibility, mode = OxmlElement("w:compat"), OxmlElement("w:compatSetting")
    for name, value in (
        ("name", "compatibilityMode"),
        ("uri", "http://schemas.microsoft.com/office/word"),
        ("val", str(_WORD_2013)),
    ):
        mode.set(qn(f"w:{name}"), value)
    compatibility.append(mode)
    word.settings.element.find(qn("w:rsids")).addprevious(compatibility)


def _added(word: Document, name: str, builtin: bool = False) -> ParagraphStyle:
    style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin)
    style.base_style = word.styles["Body Text"]
    _set_font(style)
    return style


def _set_style(
    style: ParagraphStyle,
    size: float | None,
    colour: str,
    bold: bool | None = None,
    italic: bool | None = None,
    before: float | None = None,
) -> None:
    style.font.color.rgb = RGBColor.from_string(colour)
    if size:
        style.font.size = Pt(size)
    if bold is not None:
        style.font.bold = bold
    if italic is not None:
        style.font.italic = italic
    if before is not None:
        style.paragraph_format.space_before = Pt(before)


def _set_font(style: ParagraphStyle) -> None:
    """Name the face itself: a theme's face would win over it."""
    style.font.name = _FONT
    fonts = style.element.rPr.rFonts
    for name in [each for each in fonts.attrib if each.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:cs"), _FONT)
    fonts.set(qn("w:eastAsia"), _FONT)


def _align_right(paragraph: Paragraph) -> None:
    paragraph.paragraph_format.tab_stops.add_tab_stop(LINE_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    for run in paragraph.runs:
        _make_quiet(run)


def _make_quiet(run: Run) -> None:
    run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(_QUIET)


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = paragraph.add_run("1")
    _make_quiet(run)
    field.append(run._r)
    paragraph._p.append(field)


def border(tag: str, sides: dict[str, tuple[int, str]]) -> OxmlElement:
    """Lines of a width in eighths of a point and a colour, by side."""
    borders = OxmlElement(tag)
    for side, (width, colour) in sides.items():
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", width), ("space", 6), ("color", colour)):
            line.set(qn(f"w:{name}"), str(value))
        borders.append(line)
    return borders


def packed(word: Document) -> bytes:
    """The document's bytes, without the time of day that a zip file keeps of its parts."""
    saved, packed = io.BytesIO(), io.BytesIO()
    word.save(saved)
    with zipfile.ZipFile(saved) as origin, zipfile.ZipFile(packed, "w") as target:
        for name in origin.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, origin.read(name))
    return packed.getvalue()
