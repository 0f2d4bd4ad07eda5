"""Rule folders made for a test: the shipped regions and further ones beside them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from engine import Regions
from policy.loader import Loaded, Rulebook

SHIPPED = Path(__file__).parents[2] / "rules"


def beside_shipped(folder: Path, *more: Path) -> Path:
    """Fill the folder with the shipped regions, and those of the given folders, without copying them."""
    for source in (SHIPPED, *more):
        for region in source.glob("*/region.yaml"):
            (folder / region.parent.name).symlink_to(region.parent, target_is_directory=True)
    return folder


def write_region(folder: Path, region: str, files: Mapping[str, str | bytes], extends: str = "national") -> Path:
    """A region with these files below the folder."""
    path = folder / region
    path.mkdir(parents=True, exist_ok=True)
    above = f"extends: {extends}\n" if extends else ""
    everything: dict[str, str | bytes] = {"region.yaml": f"id: {region}\nlabel: 试区\n{above}", **files}
    for name, content in everything.items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class Workshop:
    """The shipped regions, read once, and beside them one region that each test writes anew."""

    REGION = "trial"

    def __init__(self, folder: Path) -> None:
        self.folder = beside_shipped(folder)
        self.rulebook = Rulebook(folder)

    def load(self, files: Mapping[str, str | bytes], extends: str = "national") -> Loaded:
        """The region made of these files, and what is wrong with it."""
        shutil.rmtree(self.folder / self.REGION, ignore_errors=True)
        write_region(self.folder, self.REGION, files, extends)
        self.rulebook._packs.pop(self.REGION, None)  # its superiors stay as they were read
        return self.rulebook.load(self.REGION)

    def regions(self, files: Mapping[str, str | bytes], extends: str = "national") -> Regions:
        """All regions, the one made of these files among them."""
        self.load(files, extends)
        regions = Regions(self.folder)
        regions.rulebook = self.rulebook
        return regions
