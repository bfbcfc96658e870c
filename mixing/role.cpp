#include "mixing/role.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace burnish {

namespace {

static_assert([] {
    for (std::size_t i = 0; i < roles.size(); ++i)
        if (roles[i].role != static_cast<Role>(i)) return false;
    return true;
}());

constexpr double sure = 0.95;
constexpr double likely = 0.75;

/// A word, or two that follow each other, in people's file names.
struct RoleWord {
    std::string_view words;
    Role role;
    double confidence;
};

/// The first row that fits decides, so what is special stands before what is general.
constexpr auto role_words = std::to_array<RoleWord>({
    {"backing track", Role::submix, sure},
    {"instrumental", Role::submix, sure},
    {"playback", Role::submix, sure},
    {"submix", Role::submix, sure},
    {"minus one", Role::submix, sure},
    {"song", Role::submix, likely},
    {"reverb", Role::fx, likely},
    {"delay", Role::fx, likely},
    {"bass drum", Role::kick, sure},
    {"kick", Role::kick, sure},
    {"kik", Role::kick, sure},
    {"bassdrum", Role::kick, sure},
    {"bd", Role::kick, likely},
    {"snare", Role::snare, sure},
    {"snr", Role::snare, sure},
    {"sd", Role::snare, likely},
    {"clap", Role::snare, likely},
    {"rim", Role::snare, likely},
    {"rimshot", Role::snare, likely},
    {"sidestick", Role::snare, likely},
    {"drum room", Role::drums, sure},
    {"steel drum", Role::lead_synth, likely},
    {"hi hat", Role::percussion, sure},
    {"hihat", Role::percussion, sure},
    {"hat", Role::percussion, sure},
    {"hh", Role::percussion, sure},
    {"cymbal", Role::percussion, sure},
    {"crash", Role::percussion, sure},
    {"ride", Role::percussion, sure},
    {"tom", Role::percussion, sure},
    {"conga", Role::percussion, sure},
    {"bongo", Role::percussion, sure},
    {"shaker", Role::percussion, sure},
    {"tambourine", Role::percussion, sure},
    {"tamb", Role::percussion, sure},
    {"cowbell", Role::percussion, sure},
    {"triangle", Role::percussion, likely},
    {"maraca", Role::percussion, sure},
    {"timpani", Role::percussion, likely},
    {"taiko", Role::percussion, sure},
    {"percussion", Role::percussion, sure},
    {"perc", Role::percussion, sure},
    {"drum", Role::drums, sure},
    {"drumset", Role::drums, sure},
    {"drumkit", Role::drums, sure},
    {"drumloop", Role::drums, sure},
    {"kit", Role::drums, likely},
    {"overhead", Role::drums, sure},
    {"room", Role::drums, likely},
    {"oh", Role::drums, likely},
    {"break", Role::drums, likely},
    {"beat", Role::drums, likely},
    {"bass vocal", Role::backing_vocal, likely},
    {"lead vocal", Role::lead_vocal, sure},
    {"lead vox", Role::lead_vocal, sure},
    {"gang", Role::backing_vocal, sure},
    {"gv", Role::backing_vocal, likely},
    {"vocal dbl", Role::backing_vocal, likely},
    {"vox dbl", Role::backing_vocal, likely},
    {"vocal double", Role::backing_vocal, likely},
    {"vox double", Role::backing_vocal, likely},
    {"backing", Role::backing_vocal, sure},
    {"backing vocal", Role::backing_vocal, sure},
    {"background vocal", Role::backing_vocal, sure},
    {"bgv", Role::backing_vocal, sure},
    {"bv", Role::backing_vocal, sure},
    {"bvox", Role::backing_vocal, sure},
    {"harmony", Role::backing_vocal, likely},
    {"harmonie", Role::backing_vocal, likely},
    {"harm", Role::backing_vocal, likely},
    {"choir", Role::backing_vocal, likely},
    {"chorus vocal", Role::backing_vocal, likely},
    {"vocal", Role::lead_vocal, sure},
    {"leadvocal", Role::lead_vocal, sure},
    {"lv", Role::lead_vocal, likely},
    {"leadvox", Role::lead_vocal, sure},
    {"vox", Role::lead_vocal, sure},
    {"voc", Role::lead_vocal, sure},
    {"voice", Role::lead_vocal, likely},
    {"singer", Role::lead_vocal, sure},
    {"rap", Role::lead_vocal, likely},
    {"bass", Role::bass, sure},
    {"sub", Role::bass, likely},
    {"subbass", Role::bass, sure},
    {"808", Role::bass, likely},
    {"contrabass", Role::bass, sure},
    {"tuba", Role::bass, likely},
    {"guitar", Role::guitar, sure},
    {"gtr", Role::guitar, sure},
    {"guit", Role::guitar, sure},
    {"egtr", Role::guitar, sure},
    {"agtr", Role::guitar, sure},
    {"strat", Role::guitar, likely},
    {"acoustic", Role::guitar, likely},
    {"banjo", Role::guitar, likely},
    {"mandolin", Role::guitar, likely},
    {"ukulele", Role::guitar, likely},
    {"uke", Role::guitar, likely},
    {"lead", Role::lead_synth, likely},
    {"solo", Role::lead_synth, likely},
    {"melody", Role::lead_synth, likely},
    {"sax", Role::lead_synth, likely},
    {"saxophone", Role::lead_synth, likely},
    {"flute", Role::lead_synth, likely},
    {"trumpet", Role::lead_synth, likely},
    {"clarinet", Role::lead_synth, likely},
    {"oboe", Role::lead_synth, likely},
    {"piano", Role::keys, sure},
    {"pno", Role::keys, sure},
    {"key", Role::keys, sure},
    {"keyboard", Role::keys, sure},
    {"rhode", Role::keys, sure},
    {"wurli", Role::keys, sure},
    {"organ", Role::keys, sure},
    {"hammond", Role::keys, sure},
    {"clav", Role::keys, sure},
    {"epiano", Role::keys, sure},
    {"harpsichord", Role::keys, sure},
    {"pad", Role::keys, sure},
    {"synth", Role::keys, likely},
    {"arp", Role::keys, likely},
    {"pluck", Role::keys, likely},
    {"chord", Role::keys, likely},
    {"string", Role::keys, likely},
    {"violin", Role::keys, likely},
    {"viola", Role::keys, likely},
    {"cello", Role::keys, likely},
    {"brass", Role::keys, likely},
    {"horn", Role::keys, likely},
    {"trombone", Role::keys, likely},
    {"harp", Role::keys, likely},
    {"marimba", Role::keys, likely},
    {"vibe", Role::keys, likely},
    {"bell", Role::keys, likely},
    {"fx", Role::fx, sure},
    {"sfx", Role::fx, sure},
    {"riser", Role::fx, sure},
    {"sweep", Role::fx, sure},
    {"impact", Role::fx, sure},
    {"noise", Role::fx, likely},
    {"ambience", Role::fx, likely},
    {"ambient", Role::fx, likely},
    {"atmo", Role::fx, likely},
});

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Words in lower case: cut at everything but letters and digits, between these, and before a capital in mid-word.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    char before = ' ';
    for (const char c : name) {
        if (is_word(c)) {
            const bool begins =
                !is_word(before) || is_letter(c) != is_letter(before) || (is_lower(before) && is_upper(c));
            if (begins) words.emplace_back();
            words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        before = c;
    }
    return words;
}

/// Without the s of a plural.
std::string singular(const std::string& word) {
    return word.size() > 2 && word.ends_with('s') && !word.ends_with("ss") ? word.substr(0, word.size() - 1) : word;
}

}  // namespace

std::optional<Role> role_named(std::string_view name) noexcept {
    const auto row = std::ranges::find(roles, name, &RoleRow::name);
    return row == roles.end() ? std::nullopt : std::optional(row->role);
}

std::string role_names(std::string_view between) {
    std::string names;
    for (const auto& row : roles) names += (names.empty() ? "" : std::string(between)) + std::string(row.name);
    return names;
}

std::optional<Bus> bus_named(std::string_view name) noexcept {
    const auto found = std::ranges::find(bus_names, name);
    return found == bus_names.end() ? std::nullopt : std::optional(static_cast<Bus>(found - bus_names.begin()));
}

RoleGuess role_from_name(std::string_view name) {
    auto words = words_of(name);
    for (auto& word : words) word = singular(word);
    for (const auto& row : role_words) {
        const auto space = row.words.find(' ');
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool fits = space == row.words.npos
                                  ? words[i] == row.words
                                  : i + 1 < words.size() && words[i] == row.words.substr(0, space) &&
                                        words[i + 1] == row.words.substr(space + 1);
            if (fits) return {row.role, row.confidence, "the name says \"" + std::string(row.words) + "\""};
        }
    }
    return {};
}

SideOfPair side_from_name(std::string_view name) {
    auto words = words_of(name);
    if (words.size() < 2) return {};
    const auto& last = words.back();
    const int side = last == "l" || last == "left" ? -1 : last == "r" || last == "right" ? 1 : 0;
    if (side == 0) return {};
    std::string pair;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) pair += words[i] + " ";
    return {side, pair};
}

}  // namespace burnish
