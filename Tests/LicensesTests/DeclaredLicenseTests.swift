import Licenses
import Testing

@Suite struct `Declared licences` {
    /// Short names of Debian's copyright-format 1.0, section "License short name".
    @Test(arguments: [
        ("GPL-2+", "GPL-2.0-or-later"), ("GPL-2", "GPL-2.0-only"), ("GPL-3", "GPL-3.0-only"),
        ("LGPL-2.1+", "LGPL-2.1-or-later"), ("LGPL-2+", "LGPL-2.0-or-later"), ("LGPL-3", "LGPL-3.0-only"),
        ("AGPL-3+", "AGPL-3.0-or-later"), ("GFDL-1.3+", "GFDL-1.3-or-later"),
        ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"), ("Expat", "MIT"), ("Artistic", "Artistic-1.0"),
        ("Artistic-2.0", "Artistic-2.0"), ("BSD-3-clause", "BSD-3-Clause"), ("BSD-2-clause", "BSD-2-Clause"),
        ("Apache-2", "Apache-2.0"), ("Zope-2.1", "ZPL-2.1"), ("ISC", "ISC"), ("CC0", "CC0-1.0"), ("zlib", "Zlib"),
        ("Python-2", "Python-2.0"), ("PSF-2", "PSF-2.0"), ("MPL-1.1", "MPL-1.1"),
        ("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0"),
        ("GPL-2+ and LGPL-2.1+", "GPL-2.0-or-later AND LGPL-2.1-or-later"),
        ("GPL-3+ with Autoconf-exception-3.0", "GPL-3.0-or-later WITH Autoconf-exception-3.0"),
        ("GPL-2+ with Bison exception", "GPL-2.0-or-later WITH Bison-exception-2.2"),
    ])
    func `Debian's short names are understood`(declared: String, expected: String) {
        #expect(LicenseExpression.normalized(declared)?.description == expected)
    }

    /// Names of Fedora's licence list before it turned to SPDX, as rpm headers have them.
    @Test(
        arguments: [
            ("GPLv2+", "GPL-2.0-or-later"), ("GPLv2", "GPL-2.0-only"), ("GPL+", "GPL-1.0-or-later"),
            ("LGPLv2+", "LGPL-2.0-or-later"), ("LGPLv2.1", "LGPL-2.1-only"), ("ASL 2.0", "Apache-2.0"),
            ("MPLv1.1", "MPL-1.1"), ("Boost", "BSL-1.0"), ("AGPLv3+", "AGPL-3.0-or-later"),
            ("MIT and (ISC or GPLv2)", "MIT AND (ISC OR GPL-2.0-only)"),
            ("GPLv2+ or LGPLv3+", "GPL-2.0-or-later OR LGPL-3.0-or-later"), ("CC-BY-SA", nil), ("BSD", nil),
            ("GPLv2+ with exceptions", nil), ("MIT and BSD", nil), ("Public Domain", nil),
        ] as [(String, String?)]
    )
    func `Fedora's names are understood, and what is not certain is left alone`(declared: String, expected: String?) {
        #expect(LicenseExpression.normalized(declared)?.description == expected)
    }

    @Test(
        arguments: [
            ("Apache 2.0", "Apache-2.0"), ("Apache License, Version 2.0", "Apache-2.0"), ("Apache-2.0", "Apache-2.0"),
            ("The Apache Software License, Version 2.0", "Apache-2.0"), ("Apache License 2.0", "Apache-2.0"),
            ("MIT License", "MIT"), ("The MIT License", "MIT"), ("MIT License (MIT)", "MIT"), ("PSF", "PSF-2.0"),
            ("Python Software Foundation License", "PSF-2.0"), ("3-Clause BSD License", "BSD-3-Clause"),
            ("New BSD License", "BSD-3-Clause"), ("BSD 3-Clause", "BSD-3-Clause"), ("ISC License (ISCL)", "ISC"),
            ("License :: OSI Approved :: MIT License", "MIT"),
            ("License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"),
            ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"),
            ("License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
            ("GNU General Public License v2 or (at your option) any later version", "GPL-2.0-or-later"),
            ("GNU GPL v3", "GPL-3.0-only"), ("Eclipse Public License - v 2.0", "EPL-2.0"), ("EUPL v1.2", "EUPL-1.2"),
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"), ("MIT/X11", "MIT"), ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0"),
            ("Zope Public License 2.1", "ZPL-2.1"), ("zlib/libpng", "Zlib"), ("GPL-2.0", "GPL-2.0-only"),
            ("GPL-2.0+ AND LGPL-2.1", "GPL-2.0-or-later AND LGPL-2.1-only"),
            ("GPL-2.0-only WITH Linux-syscall-note", "GPL-2.0-only WITH Linux-syscall-note"),
            ("Unlicense", "Unlicense"), ("Apache License", nil), ("custom", nil), ("", nil), ("UNKNOWN", nil),
            ("License :: OSI Approved :: BSD License", nil), ("see LICENSE", nil),
            ("GPL-2+ and (ISC)", "GPL-2.0-or-later AND ISC"), ("house and (ISC)", nil), ("house and MIT (ISC)", nil),
            ("(GPL-2+ or Artistic-2.0) and (ISC)", "(GPL-2.0-or-later OR Artistic-2.0) AND ISC"),
        ] as [(String, String?)]
    )
    func `names in common use are understood`(declared: String, expected: String?) {
        #expect(LicenseExpression.normalized(declared)?.description == expected)
    }

    @Test func `every current identifier of the list is itself`() {
        for id in ["0BSD", "GPL-3.0-only", "LGPL-2.1-or-later", "BSD-3-Clause", "CC-BY-SA-4.0", "X11", "MIT-0", "Zlib"]
        {
            #expect(LicenseExpression.normalized(id)?.description == id)
        }
    }
}
