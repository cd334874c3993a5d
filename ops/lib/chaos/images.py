"""A small synthetic fleet: some 25 images over a few bases, the same bytes for the same seed."""
import gzip
import hashlib
import io
import json
import random
import tarfile
import zipfile

LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
# More than a worker keeps of one file in memory: it is spooled.
SPOOLED_BYTES = 18 << 20


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def tar(files):
    """A tar archive of names and contents, always the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def dpkg_status(packages):
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        for name, version in packages).encode()


def java_archive(name):
    """A large archive that says what it is, and little else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        stored = zipfile.ZipInfo(f"META-INF/maven/org.example/{name}/pom.properties", (2020, 1, 1, 0, 0, 0))
        archive.writestr(stored, f"groupId=org.example\nartifactId={name}\nversion=1.0\n")
        archive.writestr(zipfile.ZipInfo("filler", (2020, 1, 1, 0, 0, 0)), bytes(SPOOLED_BYTES))
    return buffer.getvalue()


class Fleet:
    """Manifests and blobs by repository, and what a scan has to find in them."""

    def __init__(self, seed, images=24):
        self.blobs = {}
        self.manifests = {}
        self.layers = set()
        self.flaws = {}
        source = random.Random(f"fleet {seed}")
        bases = [self._base(number, source) for number in range(4)]
        for number in range(images):
            base_layers, packages = bases[number % len(bases)]
            layers = list(base_layers)
            own = packages + [(f"app-{number}", f"{number}.0-1")]
            files = [("var/lib/dpkg/status", dpkg_status(own)), ("srv/app", source.randbytes(300_000))]
            files.append((f"usr/lib/python3/dist-packages/tool_{number}-1.{number}.dist-info/METADATA",
                          f"Metadata-Version: 2.1\nName: tool-{number}\nVersion: 1.{number}\n".encode()))
            layers.append(self._layer(files))
            if number % 6 == 0:
                layers.append(self._layer([(f"opt/large-{number}.jar", java_archive(f"large-{number}"))]))
            if number % 5 == 0:
                layers.append(self._layer([("opt/.wh.nothing", b""), ("usr/lib/node_modules/n/package.json", json.dumps(
                    {"name": f"n-{number}", "version": "2.0.0"}).encode())]))
            self._add(f"team-{number % 5}/app-{number}", f"v{number % 3}", layers)
            self.flaws[f"app-{number}"] = f"{number}.0-2" if number % 2 else None

    @property
    def images(self):
        return sum(len([tag for tag in tags if not tag.startswith("sha256:")]) for tags in self.manifests.values())

    def advisories(self, more=0):
        """A document of Debian's tracker for the fleet's packages; `more` adds so many that nobody has installed."""
        document = {}
        names = list(self.flaws.items()) + [(f"unused-{number}", "1.0") for number in range(more)]
        for number, (name, fixed) in enumerate(names):
            state = {"status": "open", "urgency": "low"}
            if fixed:
                state = {"status": "resolved", "fixed_version": fixed, "urgency": "high"}
            document[name] = {f"CVE-2024-{10000 + number}": {"description": f"a flaw in {name}",
                                                            "releases": {"bookworm": state}}}
        return json.dumps(document).encode()

    def _base(self, number, source):
        packages = [(f"lib-{number}-{index}", f"1.{index}-{number}") for index in range(30)]
        packages.append(("libc6", f"2.{number}-1"))
        self.flaws["libc6"] = "2.3-1"
        release = b"ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian GNU/Linux\"\n"
        lower = self._layer([("etc/os-release", release), ("srv/base", source.randbytes(1_200_000))])
        upper = self._layer([("var/lib/dpkg/status", dpkg_status(packages)), ("srv/more", source.randbytes(500_000))])
        return [lower, upper], packages

    def _layer(self, files):
        content = tar(files)
        blob = gzip.compress(content, 1, mtime=0)
        self.blobs[digest(blob)] = blob
        self.layers.add(digest(blob))
        return digest(blob), digest(content), len(blob)

    def _add(self, repository, tag, layers):
        config = json.dumps({"architecture": "amd64", "os": "linux", "created": "2020-01-01T00:00:00Z",
                             "rootfs": {"type": "layers", "diff_ids": [layer[1] for layer in layers]}}).encode()
        self.blobs[digest(config)] = config
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": LAYER, "digest": layer[0], "size": layer[2]} for layer in layers]}).encode()
        self.manifests.setdefault(repository, {})[tag] = manifest
        self.manifests[repository][digest(manifest)] = manifest
