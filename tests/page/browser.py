#!/usr/bin/env python3
"""Opens the status page in a real browser and fails where it is not readable.

    cargo test --test page          # writes the fixed situations to target/page/
    python3 tests/page/browser.py   # opens each: light and dark, wide and as a phone

Checked: nothing is wider than the window, no text leaves its card or overlaps another one, and every text and shape has
enough contrast against what is behind it (WCAG 2.2: 4.5, large text and shapes 3). Screenshots go to target/page/shots/.

--binary PATH   also starts this program's sandbox and opens the page that it serves
--images        writes the pictures of docs/images/
--only NAME     one situation

Needs Chromium (`apt-get install --no-install-recommends chromium fonts-dejavu-core`, or CHROMIUM=PATH). The first run installs
Playwright into a virtual environment below target/.
"""

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PAGES = TARGET / "page"
SHOTS = PAGES / "shots"
VENV = TARGET / "page-venv"
PLAYWRIGHT = "playwright==1.55.0"
WINDOWS = {"wide": (1200, 900), "tablet": (768, 1000), "phone": (360, 740)}
# The situations whose every look is kept as a picture; the others are only checked.
IMAGES = {("healthy", "wide", "light"), ("healthy", "wide", "dark"), ("healthy", "phone", "dark")}
SHOWN = {"healthy", "degraded", "empty", "large", "sandbox", "standby", "served"}

CHECK = r"""
() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);

  // The alpha channel is not used: a colour is opaque or absent.
  const parse = text => {
    const parts = (text.match(/[\d.]+/g) || []).map(Number);
    if (parts.length === 4 && parts[3] === 0) return null;
    return parts.length >= 3 ? parts.slice(0, 3) : null;
  };
  const luminance = c => {
    const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour) return colour;
    }
    return canvas;
  };
  const name = text => text.trim().replace(/\s+/g, ' ').slice(0, 60);

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ['STYLE', 'TITLE', 'title', 'desc'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    const svg = element.closest('svg');
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = svg ? [element.getBoundingClientRect()] : [...range.getClientRects()];
    const container = (svg || element.closest('.card, .top') || document.body).getBoundingClientRect();
    for (const rect of rects) {
      if (rect.width < 1 || rect.height < 1) continue;
      if (rect.left < container.left - 1 || rect.right > container.right + 1 || rect.right > width + 1
          || rect.top < container.top - 1 || rect.bottom > container.bottom + 1)
        found.push(`cut or outside of its frame: “${name(node.data)}”`);
      // A line box is higher than its letters.
      const inset = svg ? 2 : Math.max(0, (rect.height - parseFloat(style.fontSize)) / 2);
      boxes.push({ left: rect.left + 0.5, right: rect.right - 0.5, top: rect.top + inset, bottom: rect.bottom - inset,
                   text: name(node.data), node });
    }
    const size = parseFloat(style.fontSize) * (svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1);
    const isLarge = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    const colour = parse(svg ? style.fill : style.color);
    const ratio = contrast(colour, behind(svg ? svg.parentElement : element));
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: “${name(node.data)}”`);
    if (size < 10.5) found.push(`${size.toFixed(1)} px: “${name(node.data)}”`);
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      if (a.left < b.right && b.left < a.right) found.push(`“${a.text}” overlaps “${b.text}”`);
    }
  }

  // Shapes that carry meaning. Grid lines and the empty part of a bar do not.
  let shapes = 0;
  for (const shape of document.querySelectorAll('svg rect, svg line, svg polyline, svg circle, svg path')) {
    const of = shape.getAttribute('class') || '';
    if (/\b(none|[fs]-(grid|background))\b/.test(of)) continue;
    const style = getComputedStyle(shape);
    // A line's fill is black by default, and not painted.
    const colour = parse(/\bs-/.test(of) ? style.stroke : style.fill);
    if (!colour) { found.push(`a shape without a colour: ${shape.outerHTML.slice(0, 90)}`); continue; }
    const ratio = contrast(colour, behind(shape.closest('svg').parentElement));
    if (ratio < 3) found.push(`contrast ${ratio.toFixed(2)}: a shape of the class ${of}`);
    shapes += 1;
  }
  for (const swatch of document.querySelectorAll('.key i')) {
    const ratio = contrast(parse(getComputedStyle(swatch).backgroundColor), behind(swatch.parentElement));
    if (ratio < 3) found.push(`contrast ${ratio.toFixed(2)}: the key of ${swatch.className}`);
  }
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element);
    if (style.overflowX !== 'visible' && !element.closest('svg') && element.scrollWidth > element.clientWidth + 1)
      found.push(`cut: ${element.tagName} ${element.className}`);
  }
  return { found: [...new Set(found)], texts: boxes.length, shapes };
}
"""


def in_own_environment():
    """Runs this script again in the virtual environment that has Playwright."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    marker = VENV / PLAYWRIGHT
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", PLAYWRIGHT], check=True)
        marker.touch()
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


def chromium():
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        sys.exit("Chromium is missing: apt-get install --no-install-recommends chromium fonts-dejavu-core, or set CHROMIUM")
    return found


# Each has one fault, and what the check says of it.
FAULTY = {
    "overlaps": "<p>one</p><p style='margin-top:-1.5em'>two</p>",
    "the page is": "<div style='width:2000px'>wide</div>",
    "cut or outside": "<div class='card' style='width:90px;white-space:nowrap'>much more text than fits into it</div>",
    "contrast 1.": "<p style='color:#cccccc;background:#ffffff'>pale</p>",
    "contrast 1.2": "<svg viewBox='0 0 9 9' width='90' height='90'><rect class='f-red' width='9' height='9' fill='#e6e6e6'/></svg>",
    "cut: DIV": "<div style='width:60px;overflow:hidden;white-space:nowrap'><b style='margin-left:50px'>hidden end</b></div>",
    "px: ": "<p style='font-size:8px'>small</p>",
}


def check_the_check(browser):
    """A check that finds nothing anywhere proves nothing."""
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="light")
    missed = []
    for expected, body in FAULTY.items():
        page.set_content(f"<!doctype html><title>x</title><body style='background:#ffffff;color:#000000'>{body}")
        found = page.evaluate(CHECK)["found"]
        if not any(expected in fault for fault in found):
            missed.append(f"the check does not find “{expected}” in {body}: {found}")
    page.close()
    return missed


class Sandbox:
    """The real program in its simulated world, which serves the page."""

    def __init__(self, binary):
        self.folder = tempfile.TemporaryDirectory()
        environment = {key: value for key, value in os.environ.items() if key not in ("PORT", "MONGODB_URI", "MONGO_URI")}
        environment["STATE_FILE"] = f"{self.folder.name}/giftcode.db"
        self.log = open(f"{self.folder.name}/out", "wb+")
        self.process = subprocess.Popen(
            [Path(binary).resolve(), "sandbox", "--keep-running"], env=environment, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder.name
        )

    def url(self):
        for _ in range(300):
            found = re.search(rb"http://127\.0\.0\.1:\d+/(?=\s)", Path(self.log.name).read_bytes())
            page = re.search(rb"[Pp]age\D*(http://[\d.:]+/)", Path(self.log.name).read_bytes())
            if page or found:
                return (page.group(1) if page else found.group(0)).decode()
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit("the sandbox printed no address of its page:\n" + Path(self.log.name).read_text(errors="replace"))

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        self.folder.cleanup()


def look(browser, name, url, images):
    failures, texts, shapes = [], 0, 0
    for scheme in ("light", "dark"):
        for window, (width, height) in WINDOWS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=False, device_scale_factor=1
            )
            page = context.new_page()
            page.goto(url, wait_until="load")
            # The page itself runs no script; the check does.
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setScriptExecutionDisabled", {"value": False})
            checked = page.evaluate(CHECK)
            where = f"{name}, {scheme}, {window}"
            failures += [f"{where}: {failure}" for failure in checked["found"][:20]]
            texts, shapes = texts + checked["texts"], shapes + checked["shapes"]
            if name in SHOWN:
                page.screenshot(path=SHOTS / f"{name}-{window}-{scheme}.png", full_page=True)
            if images and (name, window, scheme) in IMAGES:
                clip = {"x": 0, "y": 0, "width": width, "height": 1250 if window == "wide" else 1000, "scale": 1}
                shot = devtools.send(
                    "Page.captureScreenshot", {"format": "webp", "quality": 80, "clip": clip, "captureBeyondViewport": True}
                )
                folder = ROOT / "docs" / "images"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"page-{window}-{scheme}.webp").write_bytes(base64.b64decode(shot["data"]))
            context.close()
    print(f"{name}: {texts} texts and {shapes} shapes looked at, {len(failures)} failures")
    if not texts:
        failures.append(f"{name}: there is no text at all")
    return failures


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary")
    arguments.add_argument("--images", action="store_true")
    arguments.add_argument("--only")
    options = arguments.parse_args()
    in_own_environment()
    from playwright.sync_api import sync_playwright

    SHOTS.mkdir(parents=True, exist_ok=True)
    pages = sorted(page for page in PAGES.glob("*.html") if options.only in (None, page.stem))
    if not pages:
        sys.exit(f"there is no page in {PAGES}: run cargo test --test page")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--font-render-hinting=none"])
        failures = check_the_check(browser)
        for page in pages:
            failures += look(browser, page.stem, page.as_uri(), options.images)
        if options.binary:
            sandbox = Sandbox(options.binary)
            try:
                url = sandbox.url()
                # Some codes are redeemed by then, and some wait.
                time.sleep(15)
                failures += look(browser, "served", url, False)
            finally:
                sandbox.end()
        browser.close()
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
