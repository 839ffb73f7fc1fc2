//! Tests of saving and restoring variables.

use super::*;

#[test]
fn variables_are_restored_with_what_they_contained() {
    let mut python = Python::start();
    python.run("import json\nn = 1\nrows = [{'a': 1}, (2, [3])]\nsame = rows");
    python.run("def total():\n    return n + len(rows)");
    assert!(python.save_variables());
    for _ in 0..2 {
        python.run("rows[0]['a'] = 9; rows[1][1].append(4); same.append(5); n = 7; extra = 1; del json");
        python.run("r = redis.Redis(decode_responses=True); 8");
        assert_eq!(python.restore_variables(), []);
        let shown = python.output_of("print(n, rows, same is rows, json.dumps(1), total(), 'extra' in globals())");
        assert_eq!(shown, "1 [{'a': 1}, (2, [3])] True 1 3 False\n");
        let shown =
            python.output_of("print(r.connection_pool.get_encoder().decode_responses, '_' in dir(__builtins__))");
        assert_eq!(shown, "False False\n");
    }
}

#[test]
fn a_client_has_the_connections_that_it_had_when_the_variables_were_saved() {
    let mut python = Python::start();
    python.run("def count():\n    return len(pool._connections), len(pool._available_connections)");
    python.run("pool = r.connection_pool; old = pool.make_connection(); pool.release(old); del pool, old");
    assert!(python.save_variables());
    for _ in 0..2 {
        python.run("pool = r.connection_pool; new = pool.make_connection(); pool._available_connections.clear()");
        assert_eq!(python.output_of("print(count())"), "(2, 0)\n");
        python.restore_variables();
        assert_eq!(python.output_of("pool = r.connection_pool; print(count())"), "(1, 1)\n");
    }
}

#[test]
fn what_the_end_of_an_object_prints_arrives_before_the_answer() {
    let mut python = Python::start();
    assert!(python.save_variables());
    python.run("class C:\n    def __del__(self):\n        print('gone')\n");
    python.run("c = C()");
    let sent = python.restore_variables();
    assert!(matches!(sent.as_slice(), [FromChild::Output { text, .. }] if text == "gone\n"), "{sent:?}");
}

#[test]
fn variables_with_a_state_of_their_own_cannot_be_restored() {
    for source in [
        "rows = iter([1, 2])",
        "def outer(n=0):\n    def inner():\n        return n\n    return inner\n\nf = outer()",
        "class C: pass",
        "p = r.pipeline()",
        "def f(rows=[]):\n    rows.append(1)",
        "c = r.connection_pool.make_connection()",
    ] {
        let mut python = Python::start();
        assert!(python.save_variables(), "at the start, all variables can be restored");
        python.run(source);
        assert!(!python.save_variables(), "{source}");
        python.restore_variables();
        assert_eq!(python.output_of("print('r' in globals())"), "True\n", "nothing is restored");
    }
}
