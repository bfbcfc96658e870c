#pragma once

namespace burnish {

/// Gives the one stream of an Ogg file a fixed serial number; libsndfile draws it by lot, so that no two files of the
/// same sound would have the same bytes. Source: RFC 3533.
/// @return 0, or the error number of what went wrong
[[nodiscard]] int fix_ogg_serial_number(int descriptor);

}  // namespace burnish
