"""Whether an SVG drawing stands by itself."""

import re
from pathlib import Path
from xml.etree import ElementTree

_OUTSIDE_URL = re.compile(r"url\(\s*['\"]?(?!#)([^)'\"]+)|(@import)")


def outside_references(path: Path) -> list[str]:
    """What in the drawing at `path` would run, or would fetch something, described for a reader.

    Empty for a plain drawing: shapes, text, and links within the file.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        return [f"text that is not readable as SVG ({error})"]
    found = []
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("script", "foreignObject", "iframe"):
            found.append(f"a <{name}> element")
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2]
            if attribute == "href" and not value.startswith(("#", "data:")):
                found.append(f"a link to {value}")
            elif attribute.startswith("on"):
                found.append(f"a script ({attribute})")
            elif _OUTSIDE_URL.search(value):
                found.append(f"a file from elsewhere ({value})")
        if name == "style" and (match := _OUTSIDE_URL.search(element.text or "")):
            found.append(f"a file from elsewhere ({match.group(0)})")
    return found
