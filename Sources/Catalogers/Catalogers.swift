import ScanModel

/// The catalogers there are, and which of them wants a file.
package enum Catalogers {
    /// Every cataloger; the order decides nothing.
    package static let all: [any Cataloger] = [
        OSReleaseCataloger(),
        DpkgCataloger(),
        DpkgFileListCataloger(),
        DpkgCopyrightCataloger(),
        ChiselCataloger(),
        ApkCataloger(),
        RPMCataloger(),
        RPMManifestCataloger(),
        PythonCataloger(),
        PythonEggCataloger(),
        NpmCataloger(),
        GemCataloger(),
        JavaCataloger(),
        NativeImageCataloger(),
        GoCataloger(),
        ComposerInstalledCataloger(),
        PEARCataloger(),
        RustBinaryCataloger(),
        DotnetDepsCataloger(),
        DotnetBundleCataloger(),
        LibManCataloger(),
        RPackageCataloger(),
        LuaRocksCataloger(),
        CondaCataloger(),
        ConanInfoCataloger(),
        PerlCataloger(),
        ErlangReleaseCataloger(),
        HomebrewCataloger(),
        WordPressPluginCataloger(),
        BitnamiCataloger(),
        AlpmCataloger(),
        AlpmFileListCataloger(),
        PortageCataloger(),
        PortageLicenseCataloger(),
        BinaryCataloger(),
        ElfPackageCataloger(),
        PackedExecutableCataloger(),
        JVMReleaseCataloger(),
        KernelCataloger(),
        PECataloger(),
        PHPExtensionCataloger(),
        NixStoreCataloger(),
        SnapMetadataCataloger(),
        SnapManifestCataloger(),
        SnapPackageListCataloger(),
    ]

    /// Names the rules by which layers were analysed: two reports with the same version are the same for the same bytes.
    package static let analysisVersion: String =
        "4:" + all.map { "\($0.name)=\($0.version)" }.sorted().joined(separator: ",")

    /// The selection over ``all``.
    package static let selection = EvidenceSelection(all)
}
