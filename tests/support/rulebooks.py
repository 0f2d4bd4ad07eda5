"""Rule folders made for a test: the shipped regions and further ones beside them."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "rules"


def beside_shipped(folder: Path, *more: Path) -> Path:
    """Fill the folder with the shipped regions, and those of the given folders, without copying them."""
    for source in (SHIPPED, *more):
        for region in source.glob("*/region.yaml"):
            (folder / region.parent.name).symlink_to(region.parent, target_is_directory=True)
    return folder


def write_region(folder: Path, region: str, files: dict[str, str | bytes], extends: str = "national") -> Path:
    """A region with these files below the folder."""
    path = folder / region
    path.mkdir(parents=True, exist_ok=True)
    above = f"extends: {extends}\n" if extends else ""
    everything: dict[str, str | bytes] = {"region.yaml": f"id: {region}\nlabel: 试区\n{above}", **files}
    for name, content in everything.items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
