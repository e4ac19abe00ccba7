"""Templates to HTML: escaping that cannot be forgotten, and a policy that lets only our own script and style run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipeline.evidence import wording

if TYPE_CHECKING:
    import jinja2

HTML_FOLDER = Path(__file__).with_name("html")


def render(template: str, *, style: str | tuple[str, ...], script: str, **context: Any) -> bytes:
    """A whole page as UTF-8 bytes. template, style, script: file names in html/; styles follow one another.

    The page carries no data inside its script: what the script needs stands in attributes, escaped like any text.
    """
    css = "".join(_source(name) for name in ([style] if isinstance(style, str) else style))
    js = _source(script)
    # Nothing is fetched but the playing copy beside the page. file: is named because in some browsers 'self' means
    # nothing for a page opened from disk.
    policy = (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(js)}'; "
        "media-src 'self' file:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    text = _environment().get_template(template).render(css=Markup(css), js=Markup(js), policy=policy, **context)
    return text.encode()


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HTML_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.globals.update(
        t=lambda key, **parts: wording.in_both(wording.said(key), **parts),
        name=lambda section, name: wording.as_is(wording.named(section, name)),
        plain=lambda key: wording.said(key),
        plain_name=lambda section, name: wording.named(section, name),
        between=wording.between,
        fill=wording.in_both,
    )
    environment.filters.update(clock=wording.clock, share=wording.share, both=wording.as_is)
    return environment


def _finalize(value: Any) -> Any:
    """What every {{ … }} passes through: None must be dealt with in the template, plain text loses its tricks."""
    return wording.shown(value) if type(value) is str else value


@cache
def _source(name: str) -> str:
    return (HTML_FOLDER / name).read_text(encoding="utf-8").strip() + "\n"


def _digest(text: str) -> str:
    """A CSP source for an inline element with exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
