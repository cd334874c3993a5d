/// What a browser may do with our pages.
package enum PagePolicy {
    /// The Content-Security-Policy of every page, in its own head and for the server's header: nothing is fetched,
    /// and only our own style sheet and script count, by their SHA-256.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(styleHash)'; script-src 'sha256-\(scriptHash)'; "
        + "base-uri 'none'; form-action 'self'"

    /// Base64 of the SHA-256 of `PageScript.javaScript`; a test compares them.
    static let scriptHash = "uEGko/UWqi+UpO0VNBznKgZhtc/Evmqa+QlHlYep0nw="

    /// Base64 of the SHA-256 of `PageStyle.css`; a test compares them.
    static let styleHash = "uyjyiQlhczToMGlRjXpT2ric4qptKJ/iWRVFuAhQiRA="
}
