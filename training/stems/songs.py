"""Songs in stems: what all sources of them share."""
import re
import shutil
import subprocess
import sys

import numpy

RATE = 44100
SECONDS = 60


def unpack(package, to):
    scratch = to / package
    if not scratch.exists():
        scratch.mkdir(parents=True)
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package], cwd=scratch, check=True)
        for deb in scratch.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", deb, scratch], check=True)
            deb.unlink()
    return scratch


def read(path):
    raw = subprocess.run(["sox", path, "-t", "raw", "-e", "float", "-b", "32", "-c", "2", "-r", str(RATE), "-"],
                         check=True, capture_output=True).stdout
    return numpy.frombuffer(raw, numpy.float32).reshape(-1, 2)[:RATE * SECONDS]


def write(path, audio):
    subprocess.run(["sox", "-t", "raw", "-e", "float", "-b", "32", "-c", "2", "-r", str(RATE), "-", "-b", "24", path],
                   input=audio.astype(numpy.float32).tobytes(), check=True, stderr=subprocess.DEVNULL)


def power_db(audio):
    return 10 * numpy.log10((audio.astype(float) ** 2).sum() + 1e-12)


def missed_db(whole, other):
    """Power by which two recordings of a song differ, over that of the first."""
    length = max(len(whole), len(other))
    padded = [numpy.pad(audio, ((0, length - len(audio)), (0, 0))) for audio in (whole, other)]
    return power_db(padded[1] - padded[0]) - power_db(whole)


def save(song, stems, whole, most_db=-40.0):
    """Writes a song, unless its stems miss its mix by more than is allowed. Returns whether it did."""
    length = max(len(stem) for stem in stems.values())
    total = sum(numpy.pad(stem.astype(float), ((0, length - len(stem)), (0, 0))) for stem in stems.values())
    off_db = missed_db(whole, total)
    if not off_db <= most_db:
        print(f"{song}: dropped, its stems miss the mix by {off_db:.0f} dB", file=sys.stderr)
        return False
    # One gain for all stems, so that none clips and all keep their levels.
    gain = min(1.0, 0.9 / max(numpy.abs(stem).max() for stem in stems.values()))
    part = song.with_name(song.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, stem in stems.items():
        write(part / (re.sub(r"[^A-Za-z0-9 ]", "_", name) + ".flac"), gain * stem)
    part.rename(song)
    return True
