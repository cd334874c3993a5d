/// The list of gates; nothing else names them.
package enum Gates {
    package static let active: [Gate] = [
        .always, .dockerfile, .files, .licenses, .malware, .metadata, .npms, .packages, .passwdFile, .retrievedFiles,
        .rubyGems, .secretScans, .vulnerabilities,
    ]

    /// Those that bundles of Anchore's first releases may still name.
    package static let retired: [Gate] = [
        Gate(
            retired: "anchoresec",
            supersededBy: "vulnerabilities",
            [
                "vulnlow", "vulnmedium", "vulnhigh", "vulncritical", "vulnunknown", "feedoutofdate",
                "unsupporteddistro",
            ]
        ),
        Gate(
            retired: "dockerfilecheck",
            supersededBy: "dockerfile",
            [
                "effectiveuser", "directivecheck", "expose", "nofrom", "fromscratch", "notag", "sudo", "volumepresent",
                "nohealthcheck", "nodockerfile",
            ]
        ),
        Gate(retired: "filecheck", supersededBy: "files", ["contentmatch", "filenamematch", "suidsgidcheck"]),
        Gate(
            retired: "fileparse_passwd",
            supersededBy: "passwd_file",
            ["filenotstored", "usernamematch", "useridmatch", "groupidmatch", "shellmatch", "pentrymatch"]
        ),
        Gate(
            retired: "gemcheck",
            supersededBy: "ruby_gems",
            ["gemnotlatest", "gemnotofficial", "gembadversion", "gempkgfullmatch", "gempkgnamematch", "gemnofeed"]
        ),
        Gate(retired: "imagecheck", supersededBy: nil, ["baseoutofdate"]),
        Gate(retired: "licblacklist", supersededBy: "licenses", ["licfullmatch", "licsubmatch"]),
        Gate(retired: "metadatacheck", supersededBy: "metadata", ["attributecheck"]),
        Gate(
            retired: "npmcheck",
            supersededBy: "npms",
            ["npmnotlatest", "npmnotofficial", "npmbadversion", "npmpkgfullmatch", "npmpkgnamematch", "npmnofeed"]
        ),
        Gate(retired: "pkgblacklist", supersededBy: "packages", ["pkgfullmatch", "pkgnamematch"]),
        Gate(retired: "pkgcheck", supersededBy: "packages", ["verify", "pkgnotpresent"]),
        Gate(retired: "pkgdiff", supersededBy: nil, ["pkgdiff", "pkgversiondiff", "pkgadd", "pkgdel"]),
        Gate(retired: "secretcheck", supersededBy: "secret_scans", ["contentmatch", "filenamematch"]),
        Gate(retired: "suiddiff", supersededBy: nil, ["suiddiff", "suidfileadd", "suidfiledel", "suidmodediff"]),
    ]

    private static let byName = Dictionary((active + retired).map { ($0.name, $0) }) { first, _ in first }

    /// The gate of this name, in any case.
    package static func named(_ name: String) -> Gate? { byName[name.lowercased()] }
}
