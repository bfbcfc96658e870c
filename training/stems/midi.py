"""MIDI files, played by libfluidsynth with FluidR3: a stem per channel, drums by piece."""
import ctypes
import struct
import subprocess

import numpy

from stems.songs import RATE, SECONDS, save

SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
EXAMPLE = "freedoom1_D_E1M1"
# Authors by file. Freedoom has many and does not say who made what: its songs count as one author's, and are held out together.
IMUH3, MIMM, REDFARN, BLOMBERG = "imuh3", "mimm", "Jim Redfarn", "Tistou Blomberg"
PACKAGES = {
    "freedoom": {},
    "planetblupi-music-midi": {},
    "openttd-openmsx": {
        "tttheme2": "-lucas-", "keep_on_rolling": "Trolley Trev", "ttsong_iv_imuh3": IMUH3, "ttsong_iii_imuh3": IMUH3,
        "train_filled_with_cash": IMUH3, "flying_scotsman": IMUH3, "chuggachugga": IMUH3, "busy_schedule": MIMM,
        "the_fast_route": MIMM, "modern_motion": "Kyle Timmerman", "ultimate_run": BLOMBERG, "midnight_snow_run": BLOMBERG,
        "run_for_your_life": BLOMBERG, "coconut_run2": BLOMBERG, "harp_harmony": BLOMBERG, "mighty_giant_run": BLOMBERG,
        "wood_whistles": BLOMBERG, "linns_basket": BLOMBERG, "relax_song": BLOMBERG, "chemistry_lab": BLOMBERG,
        "the_hobo_redfarn": REDFARN, "boogi_marabi_redfarn": REDFARN, "5432gone_redfarn": REDFARN, "moo_redfarn": REDFARN,
        "say_what_redfarn": REDFARN, "be_sharp_bw_redfarn": REDFARN, "careless_perc_redfarn": REDFARN,
        "mosey_along_redfarn": REDFARN, "slow_neasy_redfarn": REDFARN, "no_work_song_redfarn": REDFARN}}
RESERVED = ("city_blues_redfarn",)  # for others to check with
GM = """piano piano piano piano epiano epiano harpsichord clavinet celesta glockenspiel musicbox vibraphone marimba
xylophone bells dulcimer organ organ organ organ organ accordion harmonica accordion guitar guitar guitar guitar guitar
guitar guitar guitar bass bass bass bass bass bass bass bass violin viola cello contrabass strings strings harp timpani
strings strings strings strings choir choir choir impact trumpet trombone tuba horn horn brass brass brass sax sax sax sax
oboe horn bassoon clarinet piccolo flute recorder panflute bottle shakuhachi whistle ocarina lead lead lead lead lead lead
lead lead pad pad pad pad pad pad pad pad fx fx fx fx fx fx fx fx sitar banjo shamisen koto kalimba bagpipe fiddle shanai
bells agogo steeldrum woodblock taiko tom drum cymbal fx fx fx fx fx fx fx fx""".split()
assert len(GM) == 128


def drum_piece(note):
    return "kick" if note in (35, 36) else "snare" if note in (37, 38, 39, 40) else "percussion"


def parse(data):
    """Ticks per beat, and every event as (tick, order, status, bytes), all tracks together."""
    if data[:4] != b"MThd":
        raise ValueError("no MIDI file")
    _, _, division = struct.unpack(">HHH", data[8:14])
    at, events = 14, []
    while at + 8 <= len(data) and data[at:at + 4] == b"MTrk":
        end = at + 8 + struct.unpack(">I", data[at + 4:at + 8])[0]
        at, tick, running = at + 8, 0, 0
        while at < min(end, len(data)):
            def number():
                nonlocal at
                value = 0
                while True:
                    byte = data[at]
                    at += 1
                    value = value << 7 | byte & 127
                    if byte < 128:
                        return value
            tick += number()
            if data[at] >= 128:
                running = data[at]
                at += 1
            if running == 0xFF:
                kind = data[at]
                at += 1
                size = number()
                events.append((tick, len(events), 0xFF, bytes([kind]) + data[at:at + size]))
                at += size
            elif running in (0xF0, 0xF7):
                at += number()
            else:
                size = 1 if running >> 4 in (0xC, 0xD) else 2
                events.append((tick, len(events), running, data[at:at + size]))
                at += size
        at = end
    events.sort()
    return division, events


def midi_bytes(division, events):
    def number(value):
        out = [value & 127]
        while value := value >> 7:
            out.insert(0, 128 | value & 127)
        return bytes(out)
    body, last = bytearray(), 0
    for tick, _, status, rest in events:
        if status == 0xFF and rest[0] == 0x2F:
            continue
        body += number(tick - last) + bytes([status])
        body += rest[:1] + number(len(rest) - 1) + rest[1:] if status == 0xFF else rest
        last = tick
    body += b"\x00\xff\x2f\x00"
    return (b"MThd" + struct.pack(">IHHH", 6, 0, 1, division) + b"MTrk" + struct.pack(">I", len(body)) + body)


def seconds_of(division, events):
    """The tick that SECONDS are over at."""
    tempo, time, last = 500000, 0.0, 0
    for tick, _, status, rest in events:
        time += (tick - last) * tempo / 1e6 / division
        last = tick
        if time > SECONDS:
            return tick
        if status == 0xFF and rest[0] == 0x51:
            tempo = int.from_bytes(rest[1:4], "big")
    return 1 << 60


def parts_of(division, events):
    """Name of each part, and which note events are its own."""
    end = seconds_of(division, events)
    programs, parts = {}, {}
    for tick, _, status, rest in events:
        kind, channel = status >> 4, status & 15
        if status == 0xFF or tick > end:
            continue
        if kind == 0xC:
            programs[channel] = rest[0] & 127
        if kind == 0x9 and rest[1] > 0:
            name = drum_piece(rest[0]) if channel == 9 else f"{GM[programs.get(channel, 0)]} {channel + 1}"
            parts.setdefault(name if channel == 9 else channel, name)
    return end, parts


def render(fluid, data, song):
    division, events = parse(data)
    end, parts = parts_of(division, events)
    if not 3 <= len(parts) <= 24:
        return False

    def play(keep):
        kept = [e for e in events if e[0] <= end and
                (e[2] == 0xFF or e[2] >> 4 not in (8, 9) or keep(e[2] & 15, e[3][0]))]
        return play_bytes(fluid, midi_bytes(division, kept))

    whole = play(lambda channel, note: True)
    stems = {name: play(lambda channel, note, part=part: (channel == 9 and drum_piece(note) == part)
                          if isinstance(part, str) else channel == part) for part, name in parts.items()}
    return save(song, stems, whole)


def load_fluidsynth():
    lib = ctypes.CDLL("libfluidsynth.so.3")
    for name in ("new_fluid_settings", "new_fluid_synth", "new_fluid_player"):
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def play_bytes(lib, data):
    """SECONDS of a MIDI file, played by a synthesizer of its own."""
    p = ctypes.c_void_p
    settings = p(lib.new_fluid_settings())
    lib.fluid_settings_setnum(settings, b"synth.sample-rate", ctypes.c_double(RATE))
    lib.fluid_settings_setnum(settings, b"synth.gain", ctypes.c_double(0.4))
    lib.fluid_settings_setint(settings, b"synth.dynamic-sample-loading", 1)
    lib.fluid_settings_setstr(settings, b"player.timing-source", b"sample")
    synth = p(lib.new_fluid_synth(settings))
    lib.fluid_synth_sfload(synth, SOUNDFONT.encode(), 1)
    player = p(lib.new_fluid_player(synth))
    lib.fluid_player_add_mem(player, data, ctypes.c_size_t(len(data)))
    lib.fluid_player_play(player)
    audio = numpy.zeros((2, RATE * SECONDS), numpy.float32)
    lib.fluid_synth_write_float(synth, audio.shape[1], p(audio[0].ctypes.data), 0, 1, p(audio[1].ctypes.data), 0, 1)
    lib.delete_fluid_player(player)
    lib.delete_fluid_synth(synth)
    lib.delete_fluid_settings(settings)
    return audio.T


def render_example(fluid, data, out):
    """The parts of a song as they would be recorded: mono, dry, each as loud as it goes."""
    division, events = parse(data)
    end, parts = parts_of(division, events)
    mixing = (7, 10, 11, 91, 93)  # volume, pan, expression, reverb and chorus sends
    events = [e for e in events if not (e[2] >> 4 == 0xB and e[3][0] in mixing)]
    quiet = [(0, -1, 0xB0 | channel, bytes([control, 0])) for channel in range(16) for control in (91, 93)]
    out.mkdir(parents=True, exist_ok=True)
    for part, name in parts.items():
        own = [e for e in events if e[0] <= end and (e[2] == 0xFF or e[2] >> 4 not in (8, 9) or (
            (e[2] & 15 == 9 and drum_piece(e[3][0]) == part) if isinstance(part, str) else e[2] & 15 == part))]
        audio = play_bytes(fluid, midi_bytes(division, quiet + own)).mean(1)
        if numpy.abs(audio).max() > 1e-3:
            audio *= 0.7 / numpy.abs(audio).max()
            subprocess.run(["sox", "-t", "raw", "-e", "float", "-b", "32", "-c", "1", "-r", str(RATE), "-", "-b", "24",
                            out / f"{name}.flac"], input=audio.astype(numpy.float32).tobytes(), check=True)
            print(out / f"{name}.flac")


def files(folder):
    for path in sorted(folder.rglob("*.mid")):
        if path.stem not in RESERVED:
            yield path.stem, path.read_bytes()
    for wad in sorted(folder.rglob("*.wad")):
        data = wad.read_bytes()
        count, directory = struct.unpack("<II", data[4:12])
        lumps = sorted((name.rstrip(b"\0").decode("ascii"), at, size)
                       for at, size, name in struct.iter_unpack("<II8s", data[directory:directory + 16 * count])
                       if name.startswith(b"D_"))
        # Every fifth is for others to check with.
        for i, (name, at, size) in enumerate(lumps):
            if i % 5 not in (0, 4) and data[at:at + 4] == b"MThd":
                yield f"{wad.stem}_{name}", data[at:at + size]


