"""What bench/peers sends through the limiters: arrays of shape (frames, 2) at meters.RATE_HZ, the same at every run."""
import os
import subprocess

import numpy as np

from meters import RATE_HZ, SETTLE_S, STEADY_S, faded

TONE_S = SETTLE_S + STEADY_S + 1
NOISE_S = 4
EXCERPT_S = 20

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.environ.get("BURNISH_CORPUS", os.path.join(HERE, "../build/corpus"))

# name: file, start of the excerpt in s. The corpus is that of bench/fetch_tracks.
EXCERPTS = {
    "electronic": (os.path.join(HERE, "../examples/hex-a-hop_game_music.flac"), 5),
    "rock": (os.path.join(CORPUS, "tuxfootball/titlemusic.ogg"), 20),
    "orchestral": (os.path.join(CORPUS, "flare-game/boss_theme.ogg"), 20),
}


def _stereo(mono):
    return np.column_stack([mono, mono])


def tones(*hz_and_level):
    time = np.arange(TONE_S * RATE_HZ) / RATE_HZ
    return _stereo(sum(level * np.sin(2 * np.pi * hz * time) for hz, level in hz_and_level))


def noise():
    """Gaussian, up to 18 kHz, the channels apart."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal((NOISE_S * RATE_HZ, 2)), axis=0)
    spectrum[18000 * NOISE_S :] = 0.0
    return np.fft.irfft(spectrum, axis=0)


def clipped_noise():
    """Clipped 6 dB over its rms: flat tops, and true peaks well above them."""
    signal = noise()
    limit = 2 * np.std(signal)
    return np.clip(signal, -limit, limit)


def quarter_rate():
    """Each sample stands 3 dB under the peak of the wave."""
    return _stereo(np.sin(np.pi / 2 * np.arange(NOISE_S * RATE_HZ) + np.pi / 4))


def tone_and_diracs():
    signal = 0.4 * np.sin(2 * np.pi * 8000 / RATE_HZ * np.arange(NOISE_S * RATE_HZ))
    at = np.random.default_rng(2).integers(RATE_HZ // 10, len(signal) - RATE_HZ // 10, 40)
    signal[at] = np.where(np.arange(len(at)) % 2, 1.0, -1.0)
    return _stereo(signal)


def excerpts():
    """Those whose file is there."""
    found = {}
    for name, (path, start_s) in EXCERPTS.items():
        if os.path.exists(path):
            decode = ["ffmpeg", "-v", "error", "-nostdin", "-ss", str(start_s), "-t", str(EXCERPT_S), "-i", path,
                      "-ac", "2", "-ar", str(RATE_HZ), "-f", "f32le", "-"]
            data = subprocess.run(decode, stdout=subprocess.PIPE, check=True).stdout
            found[name] = faded(np.frombuffer(data, np.float32).reshape(-1, 2))
    return found
