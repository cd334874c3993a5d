/// Every format that is read.
struct FeedImporters {
    /// Asked in this order; those that tell by the first bytes come first, as they see every file of a large archive.
    let list: [any AdvisoryImporter] = [
        RedHatCSAFImporter(.vex), RedHatCSAFImporter(.advisory), SUSECSAFImporter(), OVALImporter(), CVRFImporter(),
        UpdateInfoImporter(), CVERecordImporter(), NVDOverrideImporter(), RubySecImporter(),
        RustSecImporter(isToolchain: false), RustSecImporter(isToolchain: true), VictimsImporter(),
        DistroInfoImporter(), SecuritySupportImporter(), DebianBulletinImporter(), SecDBImporter(),
        UbuntuVEXImporter(), UbuntuNoticeImporter(), UbuntuCVEImporter(), UbuntuTrackerImporter(),
        DebianTrackerImporter(), NVDImporter(), NVDLegacyImporter(), NodeSecurityImporter(),
        RetireImporter(isBrowser: false), RetireImporter(isBrowser: true), KEVImporter(), EPSSImporter(),
        OSVImporter(), RedHatAPIImporter(), RockyErrataImporter(), BodhiImporter(), ArchImporter(),
        RepositoryCPEImporter(),
    ]

    /// The number of the importer that reads `file`.
    func index(of file: FeedFile) -> Int? { list.firstIndex { $0.canRead(file) } }
}
