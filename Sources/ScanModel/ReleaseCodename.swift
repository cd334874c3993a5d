/// Releases of Debian and Ubuntu by their codenames, by which their derivatives say what they are built from.
package enum ReleaseCodename {
    /// Numbers of Ubuntu's releases (distro-info-data, `ubuntu.csv`).
    package static let ubuntu = [
        "warty": "4.10", "hoary": "5.04", "breezy": "5.10", "dapper": "6.06", "edgy": "6.10", "feisty": "7.04",
        "gutsy": "7.10", "hardy": "8.04", "intrepid": "8.10", "jaunty": "9.04", "karmic": "9.10", "lucid": "10.04",
        "maverick": "10.10", "natty": "11.04", "oneiric": "11.10", "precise": "12.04", "quantal": "12.10",
        "raring": "13.04", "saucy": "13.10", "trusty": "14.04", "utopic": "14.10", "vivid": "15.04", "wily": "15.10",
        "xenial": "16.04", "yakkety": "16.10", "zesty": "17.04", "artful": "17.10", "bionic": "18.04",
        "cosmic": "18.10", "disco": "19.04", "eoan": "19.10", "focal": "20.04", "groovy": "20.10", "hirsute": "21.04",
        "impish": "21.10", "jammy": "22.04", "kinetic": "22.10", "lunar": "23.04", "mantic": "23.10",
        "noble": "24.04", "oracular": "24.10", "plucky": "25.04", "questing": "25.10", "resolute": "26.04",
        "stonking": "26.10",
    ]

    /// Numbers of Debian's releases, `sid` for unstable (distro-info-data, `debian.csv`).
    package static let debian = [
        "potato": "2.2", "woody": "3.0", "sarge": "3.1", "etch": "4", "lenny": "5", "squeeze": "6", "wheezy": "7",
        "jessie": "8", "stretch": "9",
        "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
        "sid": "sid", "unstable": "sid",
    ]

    /// Devuan's releases, as the Debian releases they are built from.
    private static let devuan = ["beowulf": "10", "chimaera": "11", "daedalus": "12", "excalibur": "13"]

    /// The release of Debian or Ubuntu that a derivative with numbers of its own carries, where its codename tells it.
    package static func parent(of distro: Distro) -> (id: String, release: String)? {
        guard let codename = distro.codename?.lowercased() else { return nil }
        for parent in distro.idLike.map({ $0.lowercased() }) {
            if parent == "ubuntu", let release = ubuntu[codename] { return (parent, release) }
            if parent == "debian", let release = debian[codename] ?? devuan[codename] { return (parent, release) }
        }
        return nil
    }
}
