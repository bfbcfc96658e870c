#pragma once

#include <string>
#include <utility>
#include <variant>

namespace burnish {

/// Whose door the failure stands at; the command line maps each to its exit code.
enum class ErrorCode {
    usage,     ///< a flag, a settings file or a preset
    input,     ///< a file that was given to read
    output,    ///< a file that was to be written
    target,    ///< the master misses what was asked for
    canceled,  ///< the user stopped it
    internal,  ///< a fault of the program
};

/// A failure in the user's words: where, what was found, what is accepted.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
};

/// A value, or the reason why there is none. Used at the edges of the program only.
template <class T>
class [[nodiscard]] Result {
public:
    // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return Error{...};` are the point of the type
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }

    [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

/// The outcome of something that has no value to give.
using Status = Result<std::monostate>;
[[nodiscard]] inline Status success() { return std::monostate{}; }

}  // namespace burnish
