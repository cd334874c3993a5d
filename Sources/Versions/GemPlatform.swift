/// The platform that the file name of a compiled gem carries behind its version: `1.13.1-x86_64-linux`.
enum GemPlatform {
    /// Processors and runtimes of `Gem::Platform`, and the systems that appear without one.
    private static let names: Set<[UInt8]> = Set(
        [
            "x86", "x86_64", "x64", "i386", "i486", "i586", "i686", "amd64", "aarch64", "aarch64_be", "arm", "arm64",
            "armeabi", "powerpc", "powerpc64", "powerpc64le", "ppc", "ppc64", "ppc64le", "s390", "s390x", "riscv32",
            "riscv64", "loongarch64", "mips", "mipsel", "mips64", "mips64el", "sparc", "sparc64", "ia64", "alpha64",
            "universal", "java", "jruby", "dalvik", "dotnet", "macruby", "wasm32", "mswin32", "mswin64", "mswin",
            "mingw32", "mingw", "linux", "darwin", "freebsd", "openbsd", "netbsd", "solaris", "aix", "cygwin",
        ].map { Array($0.utf8) }
    )

    private static let armPrefix = Array("armv".utf8)

    /// The version up to the first part between dashes that names a platform.
    static func strip(from text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var start = text.startIndex
        while let dash = text[start...].firstIndex(of: ASCII.dash) {
            let part = text[(dash + 1)...].prefix { $0 != ASCII.dash }
            if isPlatform(part) { return text[..<dash] }
            start = dash + 1
        }
        return text
    }

    private static func isPlatform(_ part: ArraySlice<UInt8>) -> Bool {
        let longestName = 16
        guard part.count <= longestName else { return false }
        return names.contains(part.lowercased) || part.starts(with: armPrefix)
    }
}
