extension JSONCursor {
    /// What becomes of strings that RFC 8259 does not allow, or that are no Unicode.
    ///
    /// A string without an end is an error by each of them.
    package enum StringRule: Sendable {
        /// All of it is an error.
        case exact
        /// Control characters and unknown escapes are errors; bad UTF-8 and halves of surrogate pairs become U+FFFD.
        case mended
        /// Nothing is an error: damaged escapes become U+FFFD, unknown ones what follows the backslash.
        case lenient
    }
}
