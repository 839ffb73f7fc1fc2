//! Runs the scripts in tests/truth/scripts, and compares the replies with those of a real Redis server, which
//! `scripts/record_truths` has recorded.

use std::path::Path;

use test_support::recorded_scripts::{assert_all_agree, read};
use test_support::transcript_diff;

use crate::engine_script;
use crate::scripted_server::ScriptedServer;

/// Start time of the engine. Its value does not matter, because the recordings contain no absolute times.
const START_US: i64 = 1_700_000_000_000_000;

#[test]
fn replies_equal_those_of_redis_byte_by_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/scripts");
    assert_all_agree(&folder, "txt", |script| {
        let ours = engine_script::run(&read(script), &mut ScriptedServer::new(START_US))?;
        Ok(transcript_diff::differences(&read(&script.with_extension("out")), &ours))
    });
}
