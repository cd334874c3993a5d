/// How much of a hostile executable is read.
package struct GoBuildLimits: Sendable {
    /// The most bytes of module information; a large real program has about 100 KB.
    package var maxModuleInfoBytes: Int
    /// The most bytes of the toolchain's version.
    package var maxVersionBytes: Int
    /// The most modules kept.
    package var maxModules: Int
    /// The most build settings kept.
    package var maxSettings: Int
    /// The most sections, segments, load commands or architectures looked at, each.
    package var maxTableEntries: Int

    package init(
        maxModuleInfoBytes: Int = 16 << 20,
        maxVersionBytes: Int = 1024,
        maxModules: Int = 20_000,
        maxSettings: Int = 1024,
        maxTableEntries: Int = 65_536
    ) {
        self.maxModuleInfoBytes = maxModuleInfoBytes
        self.maxVersionBytes = maxVersionBytes
        self.maxModules = maxModules
        self.maxSettings = maxSettings
        self.maxTableEntries = maxTableEntries
    }
}
