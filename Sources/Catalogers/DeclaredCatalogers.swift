extension Catalogers {
    /// Catalogers of what projects declare, above all lock files.
    ///
    /// They count where a folder of sources is scanned; in an image only what is installed counts.
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
    ]

    /// The selection for folders: ``all`` and ``declared``.
    package static let directorySelection = EvidenceSelection(all + declared)
}
