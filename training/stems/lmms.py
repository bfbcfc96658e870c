"""LMMS's demos: a stem per instrument, each in a render of its own with all others muted.

The effects of the master are off. `lmms rendertracks` would do the same in one run, but its tracks start at other times. Many
instruments draw random phases, so that two renders of one project differ, too: stems may miss the mix by as much as that.
"""
import os
import subprocess
import sys
import xml.etree.ElementTree as xml
import zlib
from pathlib import Path

import numpy

from stems.songs import RATE, SECONDS, missed_db, read, save

DEMOS = Path("/usr/share/lmms/projects")  # of lmms-common, which lmms needs anyway
# Demos that are for others to check with.
RESERVED = ("Skiessi", "Momo64", "Settel", "Saber")
# The author is the first part of a demo's name, but for these.
NAMELESS = ("DirtyLove", "Surrender-Main", "Crunk(Demo)")
TICKS_PER_BEAT = 48
MOST_DB_OVER_RANDOM = 3.0
# Effects on a channel that several instruments share do not add up, either.
MOST_DB = -20.0
SILENT = 1e-4
MOST_TRACKS = 40


def projects():
    """Author and path of each demo."""
    for path in sorted(DEMOS.rglob("*.mmp*")):
        author = path.stem if path.stem in NAMELESS else path.stem.split("-")[0]
        if path.parts[-2] != "tutorials" and author not in RESERVED:
            yield author, path


def load(path):
    data = path.read_bytes()
    return xml.fromstring(data if data[:1] == b"<" else zlib.decompress(data[4:]))


def shorten(project):
    """Takes away what starts after SECONDS."""
    tempo = project.find("head").get("bpm") or project.find("head/bpm").get("value")
    end = float(tempo) / 60 * TICKS_PER_BEAT * SECONDS
    for track in project.findall("song/trackcontainer/track"):
        for part in list(track):
            if "pos" in part.attrib and float(part.get("pos")) > end:
                track.remove(part)


def instruments(project):
    """Tracks that sound: instruments and samples, of the song and of its beats."""
    return [track for track in project.iter("track") if track.get("type") in ("0", "2")]


def render(project, scratch):
    file, audio = scratch.with_suffix(".mmp"), scratch.with_suffix(".wav")
    file.parent.mkdir(parents=True, exist_ok=True)
    xml.ElementTree(project).write(file)
    subprocess.run(["lmms", "--allowroot", "render", file, "-o", audio, "-f", "wav", "-s", str(RATE), "-a"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    heard = numpy.nan_to_num(read(audio))
    file.unlink()
    audio.unlink()
    return heard


def render_project(path, song):
    try:
        return render_stems(load(path), song)
    except subprocess.CalledProcessError as error:
        print(f"{song}: dropped, LMMS ended by {-error.returncode}", file=sys.stderr)
        return False


def render_stems(project, song):
    shorten(project)
    project.find("song/fxmixer/fxchannel[@num='0']/fxchain").set("enabled", "0")
    tracks = [track for track in instruments(project) if track.get("muted", "0") == "0"]
    if len(tracks) > MOST_TRACKS:
        return False
    scratch = song.with_name(song.name + ".render")
    whole = render(project, scratch)
    random_db = missed_db(whole, render(project, scratch))
    stems = {}
    for own in tracks:
        for track in tracks:
            track.set("muted", "0" if track is own else "1")
        stem = render(project, scratch)
        if numpy.abs(stem).max() > SILENT:
            stems[f"{own.get('name')} {len(stems) + 1}"] = stem
    return len(stems) >= 3 and save(song, stems, whole, max(MOST_DB, random_db + MOST_DB_OVER_RANDOM))
