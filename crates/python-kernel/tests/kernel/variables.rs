//! Saving and restoring the variables.

use super::*;

#[test]
fn variables_are_restored_with_what_they_contained() {
    let mut python = Python::start();
    python.run("import json\nn = 1\nrows = [{'a': 1}, (2, [3])]\nsame = rows\nr.incr('n')");
    python.run("def total():\n    return n + len(rows)");
    assert!(python.save_variables());
    for _ in 0..2 {
        python.run("rows[0]['a'] = 9; rows[1][1].append(4); same.append(5); n = 7; extra = 1; del json");
        python.run("r = redis.Redis(decode_responses=True); _own = redis.Redis(); _own.incr('n'); _own.incr('n')");
        python.send(0, &ToChild::RestoreVariables);
        let shown = python.output_of("print(n, rows, same is rows, json.dumps(1), total(), 'extra' in globals())");
        assert_eq!(shown, "1 [{'a': 1}, (2, [3])] True 1 3 False\n");
        let shown = python.output_of("print(type(r.echo(':1|')), '_own' in globals(), '_' in dir(__builtins__))");
        assert_eq!(shown, "<class 'int'> False False\n");
    }
}

#[test]
fn a_client_has_the_connections_that_it_had_when_the_variables_were_saved() {
    let mut python = Python::start();
    assert!(python.save_variables());
    python.run("r.incr('n')");
    python.send(0, &ToChild::RestoreVariables);
    assert_eq!(python.output_of("print(len(r.connection_pool._connections))"), "0\n");
    python.run("r.incr('n')");
    assert!(python.save_variables());
    python.run("p = r.pipeline(); p.watch('n')");
    python.send(0, &ToChild::RestoreVariables);
    let pool = "print(len(r.connection_pool._connections), len(r.connection_pool._available_connections))";
    assert_eq!(python.output_of(pool), "1 1\n");
}

#[test]
fn variables_with_a_state_of_their_own_cannot_be_restored() {
    for source in [
        "rows = iter([1, 2])",
        "def outer(n=0):\n    def inner():\n        return n\n    return inner\n\nf = outer()",
        "class C: pass",
        "p = r.pipeline()",
        "def f(rows=[]):\n    rows.append(1)",
    ] {
        let mut python = Python::start();
        assert!(python.save_variables(), "at the start, all variables can be restored");
        python.run(source);
        assert!(!python.save_variables(), "{source}");
        python.send(0, &ToChild::RestoreVariables);
        assert_eq!(python.output_of("print('r' in globals())"), "True\n", "nothing is restored");
    }
}
