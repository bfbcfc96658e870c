"""Meters that share no code with burnish: loudness, true peak, harmonic and intermodulation distortion.

Audio is an array of shape (frames, channels). Levels are in dB; silence reads -200.
"""
import ctypes

import numpy as np

RATE_HZ = 44100
SETTLE_S, STEADY_S = 3, 2  # tones are judged on whole seconds after they settled: integer frequencies fall on bins


def db(ratio):
    return 20 * np.log10(max(ratio, 1e-10))


def gain(level_db):
    return 10 ** (level_db / 20)


def _libebur128():
    library = ctypes.CDLL("libebur128.so.1")
    library.ebur128_init.restype = ctypes.c_void_p
    library.ebur128_init.argtypes = [ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
    library.ebur128_add_frames_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    library.ebur128_loudness_global.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_double)]
    library.ebur128_true_peak.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.POINTER(ctypes.c_double)]
    library.ebur128_destroy.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
    return library


EBUR128 = _libebur128()
EBUR128_I, EBUR128_TRUE_PEAK = 5, 49  # ebur128.h: MODE_I and MODE_TRUE_PEAK with the modes that they contain


def _with_ebur128(audio, mode, read):
    state = ctypes.c_void_p(EBUR128.ebur128_init(audio.shape[1], RATE_HZ, mode))
    frames = np.ascontiguousarray(audio, np.float32)
    EBUR128.ebur128_add_frames_float(state, frames.ctypes.data, len(frames))
    result = read(state)
    EBUR128.ebur128_destroy(ctypes.byref(state))
    return result


def integrated_lufs(audio):
    """Integrated loudness by libebur128."""
    value = ctypes.c_double()

    def read(state):
        EBUR128.ebur128_loudness_global(state, ctypes.byref(value))
        return value.value

    return _with_ebur128(audio, EBUR128_I, read)


def faded(audio):
    """With 10 ms ramps: a hard cut in mid-cycle has true peaks that the music has not."""
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(RATE_HZ // 100) / (RATE_HZ // 100))
    result = np.array(audio, float)
    result[: len(ramp)] *= ramp[:, None]
    result[len(audio) - len(ramp) :] *= ramp[::-1, None]
    return result


def ebur128_peak_db(audio):
    """True peak by libebur128, which oversamples four times."""
    value = ctypes.c_double()

    def read(state):
        peaks = []
        for channel in range(audio.shape[1]):
            EBUR128.ebur128_true_peak(state, channel, ctypes.byref(value))
            peaks.append(value.value)
        return db(max(peaks))

    return _with_ebur128(faded(audio), EBUR128_TRUE_PEAK, read)


def true_peak_db(audio):
    """True peak of the band-limited waveform.

    Stretches with long tapers are brought to 8 times the rate by padding their spectra, which is interpolation without
    a transition band; a parabola through each maximum stands for the rest. Finds sines of up to 20 kHz to 0.001 dB.
    """
    stretch, taper, times = 1 << 15, 1 << 11, 8
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(taper) + 0.5) / taper)
    window = np.concatenate([ramp, np.ones(stretch - 2 * taper), ramp[::-1]])
    inner = slice(times * taper - 1, times * (stretch - taper) + 1)  # one more each way: a maximum has neighbours
    padded = np.pad(faded(audio), ((taper, stretch), (0, 0)))
    peak = 0.0
    for start in range(0, len(audio), stretch - 2 * taper):
        for channel in padded[start : start + stretch].T:
            fine = times * np.abs(np.fft.irfft(np.fft.rfft(channel * window), times * stretch))[inner]
            top = np.flatnonzero(fine[1:-1] > max(0.98 * peak, 0.9 * fine.max())) + 1
            before, here, after = fine[top - 1], fine[top], fine[top + 1]
            top = (here >= before) & (here > after)
            before, here, after = before[top], here[top], after[top]
            peak = max(peak, np.max(here + (after - before) ** 2 / (8 * (2 * here - before - after)), initial=0.0))
    return db(peak)


def _line_powers(audio):
    """Power of every bin of the steady part; bin k stands at k / STEADY_S Hz."""
    steady = audio[SETTLE_S * RATE_HZ : (SETTLE_S + STEADY_S) * RATE_HZ, 0]
    powers = np.abs(np.fft.rfft(np.asarray(steady, float))) ** 2
    powers[0] = 0.0  # DC is neither a harmonic nor heard
    return powers


def _ratio_db(part, whole):
    return db(np.sqrt(part / max(whole, 1e-30)))


def thd_db(audio, hz):
    """Harmonics of a tone, relative to it."""
    powers = _line_powers(audio)
    return _ratio_db(np.sum(powers[2 * hz * STEADY_S :: hz * STEADY_S]), powers[hz * STEADY_S])


def thd_n_db(audio, hz):
    """All that is not the tone, relative to it."""
    powers = _line_powers(audio)
    return _ratio_db(np.sum(powers) - powers[hz * STEADY_S], powers[hz * STEADY_S])


def imd_db(audio, low_hz, high_hz):
    """What stands within 900 Hz of the high tone, relative to it; harmonics of the low tone are left to the THD."""
    powers = _line_powers(audio)
    high = high_hz * STEADY_S
    tone = powers[high]
    powers[high] = 0.0
    powers[:: low_hz * STEADY_S] = 0.0
    return _ratio_db(np.sum(powers[high - 900 * STEADY_S : high + 900 * STEADY_S + 1]), tone)
