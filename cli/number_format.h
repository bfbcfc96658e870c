#pragma once

#include <string>

namespace burnish {

/// With so many decimals, a point whatever the locale, and no "-0".
[[nodiscard]] std::string fixed_text(double value, int decimals);

/// The same with a "+" before what is above zero as it is shown; what is rounded to zero has no sign.
[[nodiscard]] std::string signed_text(double value, int decimals);

/// 3:42, or 1:02:03.
[[nodiscard]] std::string duration_text(double seconds);

/// 3:42.5, cut off: a place in a track.
[[nodiscard]] std::string place_text(double seconds);

/// +1.5 dB, 0.0 dB, -3.0 dB.
[[nodiscard]] std::string gain_text(double db);

/// How many times faster than it plays; 54, 4.7, 0.81.
[[nodiscard]] std::string speed_text(double audio_seconds, double elapsed_seconds);

}  // namespace burnish
