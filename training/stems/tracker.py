"""Tracker modules, played by libopenmpt: a stem per instrument, all others muted."""
import ctypes

import numpy

from stems.songs import RATE, SECONDS, save

# Package and author; what the list of training/tracks.tsv says of them.
PACKAGES = {
    "ironseed-data": "Channel 7", "tecnoballz-data": "Regis Parret", "pekka-kana-2-data": "Janne Kivilahti",
    "biniax2-data": "Jordan Tuzsuzov", "rafkill-data": "rafkill", "bomberclone-data": "bomberclone",
    "madbomber-data": "madbomber", "open-invaders-data": "Meta", "flobopuyo": "FloboPuyo", "vodovod": "vodovod",
    "tuxtype-data": "tuxtype", "ri-li-data": "Maf464", "solarwolf": "solarwolf",
    "dodgindiamond2": "Juan J. Martinez", "tomatoes-data": "Mika Halttunen", "fb-music-high": "Frozen-Bubble",
    "cuyo-data": "Cuyo", "ceferino-data": "Ceferino", "ballz-data": "B.A.L.L.Z."}


class Interactive(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in (
        "set_current_speed", "set_current_tempo", "set_tempo_factor", "get_tempo_factor", "set_pitch_factor",
        "get_pitch_factor", "set_global_volume", "get_global_volume", "set_channel_volume", "get_channel_volume",
        "set_channel_mute_status", "get_channel_mute_status", "set_instrument_mute_status",
        "get_instrument_mute_status", "play_note", "stop_note")]


def load_openmpt():
    lib = ctypes.CDLL("libopenmpt.so.0")
    p, i, s = ctypes.c_void_p, ctypes.c_int32, ctypes.c_size_t
    lib.openmpt_module_ext_create_from_memory.restype = p
    lib.openmpt_module_ext_create_from_memory.argtypes = [ctypes.c_char_p, s] + [p] * 7
    lib.openmpt_module_ext_get_module.restype, lib.openmpt_module_ext_get_module.argtypes = p, [p]
    lib.openmpt_module_ext_get_interface.argtypes = [p, ctypes.c_char_p, p, s]
    lib.openmpt_module_ext_destroy.argtypes = [p]
    for name in ("num_instruments", "num_samples"):
        function = getattr(lib, "openmpt_module_get_" + name)
        function.restype, function.argtypes = i, [p]
    lib.openmpt_module_read_float_stereo.restype = s
    lib.openmpt_module_read_float_stereo.argtypes = [p, i, s, p, p]
    return lib


def render(lib, data, song):
    def play(only):
        ext = lib.openmpt_module_ext_create_from_memory(data, len(data), None, None, None, None, None, None, None)
        if not ext:
            return None, 0
        module = lib.openmpt_module_ext_get_module(ext)
        count = lib.openmpt_module_get_num_instruments(module) or lib.openmpt_module_get_num_samples(module)
        if only is not None:
            face = Interactive()
            lib.openmpt_module_ext_get_interface(ext, b"interactive", ctypes.byref(face), ctypes.sizeof(face))
            mute = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int32, ctypes.c_int)(
                face.set_instrument_mute_status)
            for index in range(count):
                mute(ext, index, int(index != only))
        frames = RATE * SECONDS
        left, right = numpy.zeros(frames, numpy.float32), numpy.zeros(frames, numpy.float32)
        got = lib.openmpt_module_read_float_stereo(module, RATE, frames, left.ctypes.data, right.ctypes.data)
        lib.openmpt_module_ext_destroy(ext)
        return numpy.stack([left[:got], right[:got]], 1), count

    whole, count = play(None)
    if whole is None or count > 64:
        return False
    stems = {}
    for index in range(count):
        stem, _ = play(index)
        if numpy.abs(stem).max() > 1e-4:
            stems[f"track {index + 1:02d}"] = stem
    return 3 <= len(stems) <= 40 and save(song, stems, whole)


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mod", ".xm", ".it", ".s3m"))
