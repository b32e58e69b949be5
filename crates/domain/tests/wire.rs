//! What desk and hub say to each other is frozen: an older desk, or an older hub, must read it tomorrow. A golden file is never changed; where a
//! field is added, a file is added.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use petrel_domain::replication::{Enrol, Enrolled, History, HubDevice, HubInfo, NewCode, Problem, Pulled, Push, Pushed, Renew, Tokens};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the file, writes what was read, and finds the same; and reads it again with something unknown in every object.
fn is_frozen<T: Serialize + DeserializeOwned>(golden: &str) {
    let wanted: Value = serde_json::from_str(golden).unwrap();
    let read: T = serde_json::from_str(golden).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), wanted);
    let mut newer = wanted.clone();
    add_unknown(&mut newer);
    let _: T = serde_json::from_value(newer).unwrap();
}

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown);
            members.insert("a_newer_field".to_owned(), Value::from(1));
        }
        Value::Array(values) => values.iter_mut().for_each(add_unknown),
        _ => {}
    }
}

#[test]
fn the_wire_is_frozen() {
    is_frozen::<Push>(include_str!("golden/push.json"));
    is_frozen::<Push>(include_str!("golden/push_follows.json"));
    is_frozen::<Pushed>(include_str!("golden/pushed.json"));
    is_frozen::<Pulled>(include_str!("golden/pulled.json"));
    is_frozen::<HubInfo>(include_str!("golden/hub.json"));
    is_frozen::<Enrol>(include_str!("golden/enrol.json"));
    is_frozen::<Renew>(include_str!("golden/renew.json"));
    is_frozen::<Tokens>(include_str!("golden/tokens.json"));
    is_frozen::<Enrolled>(include_str!("golden/enrolled.json"));
    is_frozen::<History>(include_str!("golden/history.json"));
    is_frozen::<Vec<HubDevice>>(include_str!("golden/devices.json"));
    is_frozen::<NewCode>(include_str!("golden/code.json"));
    is_frozen::<Problem>(include_str!("golden/problem.json"));
}

#[test]
fn what_an_older_desk_leaves_out_has_a_meaning() {
    let push = r#"{"schema":1,"transactions":[{"replica":"01900000-0000-7000-8000-0000000000aa","n":1,"clock":"1","changes":[{"table":"clients","id":"01900000-0000-7000-8000-000000000003"}]}]}"#;
    let push: Push = serde_json::from_str(push).unwrap();
    let transaction = &push.transactions[0];
    assert_eq!((transaction.seen, transaction.mark, transaction.staff_id), (0, 0, None));
    assert!(transaction.changes[0].columns.is_empty());
}
