extension Catalogers {
    /// Catalogers of what projects declare, above all lock files, and of packages that lie there to be installed.
    ///
    /// They count where a folder is scanned; in an image only what is installed counts.
    package static let declared: [any Cataloger] = [
        PackageLockCataloger(),
        YarnLockCataloger(),
        PnpmLockCataloger(),
        BunLockCataloger(),
        DenoLockCataloger(),
        RequirementsCataloger(),
        SetupPyCataloger(),
        PoetryLockCataloger(),
        PDMLockCataloger(),
        UVLockCataloger(),
        PylockCataloger(),
        PipfileLockCataloger(),
        GemfileLockCataloger(),
        GemspecCataloger(),
        ComposerLockCataloger(),
        CargoLockCataloger(),
        GoModCataloger(),
        GradleLockCataloger(),
        PomCataloger(),
        NuGetLockCataloger(),
        NuGetConfigCataloger(),
        PubspecLockCataloger(),
        MixLockCataloger(),
        RebarLockCataloger(),
        ErlangApplicationCataloger(),
        CabalFreezeCataloger(),
        StackCataloger(),
        PackageResolvedCataloger(),
        PodfileLockCataloger(),
        ConanLockCataloger(),
        ConanFileCataloger(),
        OpamCataloger(),
        SwiplPackCataloger(),
        CpanfileSnapshotCataloger(),
        JuliaManifestCataloger(),
        TerraformLockCataloger(),
        GitHubWorkflowCataloger(),
        DebArchiveCataloger(),
        RPMArchiveCataloger(),
    ]

    /// The selection for folders: ``all`` and ``declared``.
    package static let directorySelection = EvidenceSelection(all + declared)
}
