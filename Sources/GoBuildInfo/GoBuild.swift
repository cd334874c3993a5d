/// A module at a version, as the build information of a Go executable names it.
package struct GoModuleReference: Sendable, Equatable {
    /// The module path.
    package let path: String
    /// The version with its `v`, or empty where a folder stood in for a published module.
    package let version: String

    package init(path: String, version: String) {
        self.path = path
        self.version = version
    }
}

/// A module that was linked into a Go executable, after replacements.
package struct GoModule: Sendable, Equatable {
    /// The path of the module whose code was linked.
    package let path: String
    /// The version with its `v`, `(devel)` for a module built from its working copy, or empty for a local folder.
    package let version: String
    /// The `h1:` checksum of the code that was linked, where there is one.
    package let sum: String?
    /// What the module stands in for (a `replace` directive), or `nil`.
    package let replaces: GoModuleReference?

    package init(path: String, version: String, sum: String? = nil, replaces: GoModuleReference? = nil) {
        self.path = path
        self.version = version
        self.sum = sum
        self.replaces = replaces
    }
}

/// What the Go linker left in an executable about its making.
package struct GoBuild: Sendable, Equatable {
    /// The toolchain and standard library, such as `go1.22.1`, without experiments.
    package let goVersion: String
    /// The experiments the toolchain was built with (`X:strictfipsruntime`).
    package let experiments: [String]
    /// The import path of the main package.
    package let mainPath: String
    /// The module of the main package; made up from `mainPath` where the executable was built without modules.
    package let main: GoModule?
    /// The modules linked in, without the main one, in the order of the file.
    package let dependencies: [GoModule]
    /// The build settings by key: `-ldflags`, `GOARCH`, `GOOS` and others.
    package let settings: [String: String]
    /// The version of the main module, `nil` without one.
    ///
    /// A `(devel)` is refined from a version set by `-ldflags -X`, or where the flags are not told from the variable that
    /// they set, or else from the revision and its time as a pseudo-version; it stays `(devel)` where none is known.
    package let mainVersion: String?
    /// What could not be read, one sentence each.
    package let problems: [String]
}
