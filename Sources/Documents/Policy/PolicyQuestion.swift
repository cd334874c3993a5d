package import Policy

/// What a scan is to ask of a policy.
package struct PolicyQuestion: Sendable {
    package var bundle: PolicyBundle
    /// The name that the image is judged under; `nil` where it has none.
    package var name: ImageName?
    /// When it is asked: whitelists expire, fixes and flaws have an age.
    package var now: PolicyInstant
    /// The Dockerfile that the image was built from; `nil` for a guess from its history.
    package var dockerfile: String?

    package init(bundle: PolicyBundle, name: ImageName?, now: PolicyInstant, dockerfile: String? = nil) {
        self.bundle = bundle
        self.name = name
        self.now = now
        self.dockerfile = dockerfile
    }
}
