package import Bytes
import Executables

/// Reads the build information that the Go linker embeds in executables (Go package `debug/buildinfo`).
package enum GoBuildReader {
    /// The section that holds build information, in ELF and in Mach-O files; PE files have none of their own.
    static let sections: Set<String> = [".go.buildinfo", "__go_buildinfo"]

    /// Reads an ELF, PE or Mach-O executable, of a universal one the first architecture that has build information.
    ///
    /// Returns `nil` where the file is not an executable or was not linked by Go; throws where build information is
    /// there but leads nowhere, or is above the limits.
    package static func read(_ file: FileBytes, limits: GoBuildLimits = .init()) throws(GoBuildError) -> GoBuild? {
        for base in ExecutableImage.offsets(in: file) {
            guard
                let image = ExecutableImage.read(
                    file,
                    at: base,
                    wanted: sections.union(StampedVersion.sections),
                    maxTableEntries: limits.maxTableEntries
                ),
                let strings = try GoBuildStrings.find(in: file, image: image, limits: limits)
            else { continue }
            return GoBuildText(strings.modules, limits: limits).build(goVersion: strings.version) {
                StampedVersion.find(in: file, image: image)
            }
        }
        return nil
    }
}
