"""A re-creation of the idea behind Matchering 2.0, for a row to compare with; it is not Matchering and shares no code.

After the published description: split both tracks into pieces of at most 15 s and keep those as loud as their mean or
louder; match the level of the mid; divide the average 4096-point magnitude spectra of the loud pieces, mid and side
apart; smooth the ratio along a logarithmic frequency axis; apply it as a linear-phase FIR of 4096 taps; match the level
again in four steps; limit the sample peaks (1 ms attack, 3 s release).
"""
import numpy as np

FFT = 4096
PIECE_S = 15
SMOOTHING_OCTAVES = 1 / 6
THRESHOLD = 0.998


def mid_side(audio):
    return np.stack([(audio[:, 0] + audio[:, 1]) / 2, (audio[:, 0] - audio[:, 1]) / 2], axis=1)


def left_right(ms):
    return np.stack([ms[:, 0] + ms[:, 1], ms[:, 0] - ms[:, 1]], axis=1)


def loud_pieces(ms, rate_hz):
    count = max(1, len(ms) // (PIECE_S * rate_hz))
    pieces = [piece for piece in np.array_split(ms, count)]
    rms = np.array([np.sqrt(np.mean(piece[:, 0] ** 2)) for piece in pieces])
    mean = np.sqrt(np.mean(rms**2))
    loud = rms >= mean
    return [piece for piece, keeps in zip(pieces, loud) if keeps], np.sqrt(np.mean(rms[loud] ** 2))


def average_magnitude(pieces, channel):
    total = np.zeros(FFT // 2 + 1)
    frames = 0
    window = np.hanning(FFT)
    for piece in pieces:
        x = piece[:, channel]
        for start in range(0, len(x) - FFT + 1, FFT):
            total += np.abs(np.fft.rfft(x[start : start + FFT] * window))
            frames += 1
    return total / max(frames, 1)


def smoothed(ratio):
    """A running mean in dB over a sixth of an octave each way, on a logarithmic axis; the lowest bins are their own."""
    bins = np.arange(1, len(ratio))
    axis = np.linspace(0, np.log2(bins[-1]), 4000)
    on_axis = np.interp(axis, np.log2(bins), 20 * np.log10(np.maximum(ratio[1:], 1e-6)))
    width = int(SMOOTHING_OCTAVES / (axis[1] - axis[0]))
    kernel = np.hanning(2 * width + 3)
    kernel /= kernel.sum()
    padded = np.pad(on_axis, len(kernel) // 2, mode="edge")
    smooth = np.convolve(padded, kernel, mode="valid")
    result = np.empty(len(ratio))
    result[1:] = np.interp(np.log2(bins), axis, smooth)
    result[0] = result[1]
    return 10 ** (result / 20)


def filtered(x, response):
    taps = np.roll(np.fft.irfft(response), FFT // 2) * np.hanning(FFT)
    size = 1 << (len(x) + FFT - 1).bit_length()
    y = np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(taps, size), size)
    return y[FFT // 2 : FFT // 2 + len(x)]


def limited(audio, rate_hz):
    step = rate_hz // 1000
    count = -(-len(audio) // step)
    peaks = np.abs(np.pad(audio, ((0, count * step - len(audio)), (0, 0)))).reshape(count, -1).max(axis=1)
    wanted = np.minimum(1.0, THRESHOLD / np.maximum(peaks, 1e-9))
    ahead = np.minimum(wanted, np.minimum(np.append(wanted[1:], 1.0), np.insert(wanted[:-1], 0, 1.0)))
    gain, release = 1.0, np.exp(-1 / 3000)
    gains = np.empty(count)
    for i, want in enumerate(ahead):
        gain = min(want, 1 - (1 - gain) * release)
        gains[i] = gain
    curve = np.interp(np.arange(len(audio)), (np.arange(count) + 0.5) * step, gains)
    # The line between two steps may pass above what a peak needs.
    return np.clip(audio * curve[:, None], -THRESHOLD, THRESHOLD)


def match(target, reference, rate_hz):
    """`target` made to sound like `reference`; arrays of (frames, 2)."""
    target_ms, reference_ms = mid_side(target), mid_side(reference)
    reference_pieces, reference_rms = loud_pieces(reference_ms, rate_hz)
    target_pieces, target_rms = loud_pieces(target_ms, rate_hz)
    gain = reference_rms / target_rms
    target_ms = target_ms * gain
    target_pieces = [piece * gain for piece in target_pieces]
    result = np.empty_like(target_ms)
    for channel in range(2):
        of_target = average_magnitude(target_pieces, channel)
        of_reference = average_magnitude(reference_pieces, channel)
        floor = 1e-6 * max(of_reference.max(), 1e-12)
        result[:, channel] = filtered(target_ms[:, channel],
                                      smoothed(np.maximum(of_reference, floor) / np.maximum(of_target, floor)))
    for _ in range(4):
        clipped = mid_side(np.clip(left_right(result), -1, 1))
        _, rms = loud_pieces(clipped, rate_hz)
        result *= reference_rms / rms
    return limited(left_right(result), rate_hz)
