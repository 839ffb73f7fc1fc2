//! Checks that the files that describe packages agree with each other: Cargo.toml, pyproject.toml, the Dockerfile and
//! the workflows.

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the file is part of the source")
}

fn read_toml(file: &str) -> toml::Table {
    read(file).parse().expect("the file is TOML")
}

#[test]
fn the_python_package_is_described_as_the_crate_is() {
    let (cargo, python) = (read_toml("Cargo.toml"), read_toml("pyproject.toml"));
    let (crate_, workspace, project) = (&cargo["package"], &cargo["workspace"]["package"], &python["project"]);
    assert_eq!(project["name"], crate_["name"]);
    assert_eq!(project["description"], crate_["description"]);
    assert_eq!(project["license"], workspace["license"]);
    assert_eq!(project["urls"]["Repository"], workspace["repository"]);
    // Only Cargo.toml contains the version.
    assert_eq!(project["dynamic"][0].as_str(), Some("version"));
    assert!(project.get("version").is_none());
    let readme = project["readme"].as_str().expect("the package has a readme");
    assert!(!read(readme).contains("](docs/"), "{readme}: PyPI shows no pictures with relative paths");
}

#[test]
fn every_build_uses_the_compiler_that_cargo_toml_names() {
    let cargo = read_toml("Cargo.toml");
    let version = cargo["workspace"]["package"]["rust-version"].as_str().expect("Cargo.toml names a compiler");
    assert!(read("Dockerfile").contains(&format!("FROM rust:{version}-")), "the Dockerfile uses another Rust");
    assert!(read("README.md").contains(&format!("Rust {version} or newer")), "README.md names another Rust");
}

#[test]
fn the_archives_are_named_as_cargo_binstall_expects() {
    let cargo = read_toml("Cargo.toml");
    let binstall = &cargo["package"]["metadata"]["binstall"];
    let (url, folder) = (binstall["pkg-url"].as_str().unwrap_or(""), binstall["bin-dir"].as_str().unwrap_or(""));
    assert!(url.ends_with("/v{ version }/redis-tutor-{ version }-{ target }{ archive-suffix }"), "{url}");
    assert!(folder.starts_with("redis-tutor-{ version }-{ target }/"), "{folder}");
    let script = read("scripts/build_packages");
    assert!(script.contains("local name=redis-tutor-$version-$triple"), "scripts/build_packages uses other names");
    let workflow = read(".github/workflows/release.yml");
    for (target, _) in binstall["overrides"].as_table().expect("Windows has another format") {
        assert!(workflow.contains(target.as_str()), "the release has no archive for {target}");
    }
}
