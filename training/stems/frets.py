"""Frets on Fire: a song's guitar and all the rest, as they were recorded; the song is their sum."""
import numpy

from stems.songs import read, save

PACKAGES = {"fretsonfire-songs-muldjord": "Muldjord"}


def render(folder, song):
    stems = {name: read(folder / (name + ".ogg")) for name in ("song", "guitar")}
    length = max(map(len, stems.values()))
    whole = sum(numpy.pad(stem, ((0, length - len(stem)), (0, 0))) for stem in stems.values())
    return save(song, stems, whole)
