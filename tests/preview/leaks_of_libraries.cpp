/// RtAudio 5 and libpulse, as Debian ships them, keep a few kilobytes of every PulseAudio stream they open. That is
/// theirs: LeakSanitizer shall speak of our leaks only.
extern "C" const char* __lsan_default_suppressions() { return "leak:librtaudio\nleak:libpulse\n"; }
