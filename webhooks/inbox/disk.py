"""Which disk a file is on, where Linux tells. SQLite's locks fail on network disks, a container's is thrown away."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["NETWORK", "TEMPORARY", "disk_of", "mounts"]

_REMOTE = "nfs nfs4 cifs smb2 smb3 smbfs afs ceph glusterfs lustre beegfs gpfs davfs ocfs2 gfs2"
_REMOTE_FUSE = "sshfs s3fs gcsfuse glusterfs rclone juicefs"
NETWORK = frozenset([*_REMOTE.split(), *(f"fuse.{name}" for name in _REMOTE_FUSE.split())])
"""File systems that several machines write to; the locks of one do not hold on another (sqlite.org/wal)."""
TEMPORARY = frozenset({"overlay", "aufs", "tmpfs", "ramfs"})
"""File systems that go with their container or their machine."""

_OCTAL = re.compile(r"\\([0-7]{3})")


def mounts(source: Path = Path("/proc/self/mountinfo")) -> str:
    """What is mounted here (proc_pid_mountinfo(5)); nothing where there is no such file."""
    try:
        return source.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def disk_of(path: Path, mounted: str) -> str | None:
    """The type of the file system that holds `path`, from the text of `mounts`; None when that does not say."""
    found: tuple[int, str] | None = None
    resolved = path.resolve()
    for line in mounted.splitlines():
        place, _, rest = line.partition(" - ")
        fields = place.split()
        if len(fields) < 5 or not rest:
            continue
        point = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4]))
        # The last of several mounts at one place hides the others.
        if resolved.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = len(point.parts), rest.split()[0]
    return found[1] if found else None
