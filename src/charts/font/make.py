"""Makes the fonts of ko, ja and zh-TW anew, from Noto Sans CJK: the signs of every chart, and the letters of `charts.ftl`.

Needs fonttools 4.68 (`pip install fonttools`) and Debian's `fonts-noto-cjk`.
"""

import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
LOCALES = HERE.parents[1] / "discord" / "messages" / "locales"
NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
# Where a language's font is in the collection.
NUMBERS = {"ja": 0, "ko": 1, "zh-TW": 3}
SIGNS = "U+0020-007E,U+00A0,U+00B7,U+2013,U+2026,U+2192,U+FFFD"

for tag, number in NUMBERS.items():
    text = (LOCALES / tag / "charts.ftl").read_text(encoding="utf-8")
    letters = "".join(sorted({letter for letter in text if letter > "\x7f"}))
    subprocess.run(
        [
            "pyftsubset",
            NOTO,
            f"--font-number={number}",
            f"--output-file={HERE / f'NotoSansCJK-{tag}-subset.otf'}",
            f"--unicodes={SIGNS}",
            f"--text={letters}",
            "--layout-features=kern",
            "--no-hinting",
            "--desubroutinize",
            "--name-IDs=0,1,2,3,4,5,6,13,14",
        ],
        check=True,
    )
