//! Settings for snapshots, and the styles in which transcripts are recorded.

use redis_tutor::markup::Style;

pub const STYLES: [(&str, Style); 3] = [
    ("80", Style { width: 80, ascii: false, plain: false, quoted: false }),
    ("40", Style { width: 40, ascii: false, plain: false, quoted: false }),
    ("plain", Style { width: 40, ascii: true, plain: true, quoted: false }),
];

/// Returns the `insta` settings for all snapshots, which are stored in `snapshots/`.
pub fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
