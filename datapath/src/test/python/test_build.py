"""The wheel and the source archive."""
import base64
import hashlib
import importlib.metadata
import os
import pathlib
import tarfile
import tempfile
import unittest
import zipfile

import fastvif_build
import fastvif_os_vif


class BuildTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def built(self, name, build):
        folder = self.folder / name
        folder.mkdir()
        return folder / build(str(folder))

    def test_a_wheel_is_what_the_installer_takes(self):
        wheel = self.built("wheel", fastvif_build.build_wheel)
        unpacked = self.folder / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
            names = set(archive.namelist())
        found, = importlib.metadata.distributions(path=[str(unpacked)])
        self.assertEqual("fastvif-os-vif", found.metadata["Name"])
        self.assertIn("# fastvif-os-vif", found.metadata.get_payload())
        self.assertEqual(
            {("os_vif", "fastvif_os_vif.takeover:Takeover"), ("oslo.config.opts", "fastvif_os_vif.options:listed")},
            {(each.group, each.value) for each in found.entry_points})
        recorded = {str(each): each.hash for each in found.files}
        self.assertEqual(names, set(recorded))
        for name, digest in recorded.items():
            if digest is not None:
                made = hashlib.sha256((unpacked / name).read_bytes()).digest()
                self.assertEqual(base64.urlsafe_b64encode(made).decode().rstrip("="), digest.value, name)
        modules = {path.name for path in pathlib.Path(fastvif_os_vif.__file__).parent.glob("*.py")}
        self.assertEqual(modules, {name.split("/")[1] for name in names if name.startswith("fastvif_os_vif/")})

    def test_the_source_archive_builds_the_same_wheel(self):
        wheel = self.built("wheel", fastvif_build.build_wheel)
        with tarfile.open(self.built("source", fastvif_build.build_sdist)) as archive:
            archive.extractall(self.folder)
        source, = self.folder.glob("fastvif_os_vif-*")
        former = fastvif_build.HERE
        try:
            fastvif_build.HERE = source
            again = self.built("again", fastvif_build.build_wheel)
        finally:
            fastvif_build.HERE = former
        self.assertEqual(wheel.read_bytes(), again.read_bytes())

    def test_all_files_have_the_time_that_is_given(self):
        first = self.built("first", fastvif_build.build_sdist)
        os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
        with tarfile.open(self.built("second", fastvif_build.build_sdist)) as archive:
            self.assertEqual({1700000000}, {each.mtime for each in archive.getmembers()})
        with zipfile.ZipFile(self.built("third", fastvif_build.build_wheel)) as archive:
            self.assertEqual({(2023, 11, 14, 22, 13, 20)}, {each.date_time for each in archive.infolist()})
        with tarfile.open(first) as archive:
            self.assertEqual({fastvif_build.OLDEST}, {each.mtime for each in archive.getmembers()})


if __name__ == "__main__":
    unittest.main()
