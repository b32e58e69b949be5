//! A database that was put back: whether it has all that a dump of it does not hold, and from where it counts on.

use petrel_domain::Millis;
use tokio_postgres::{Client, Error, Row};

use crate::admin::{as_owner, leave_out_numbers};
use crate::config::Config;
use crate::db::Database;

/// The roles that row-level security names. A dump names them, too, and makes none.
const ROLES: [&str; 6] = ["petrel_hub", "petrel_manager", "petrel_clinician", "petrel_front_desk", "petrel_client", "petrel_anonymous"];
/// The tables that the owner looks into, whose policy names the owner.
const OWNERS: [&str; 8] = ["devices", "enrolment_codes", "tenants", "log_heads", "left_out", "token_pairs", "log", "log_archive"];
/// What is asked by whoever has no clinic yet.
const FUNCTIONS: [&str; 4] = ["device_of(bytea)", "device_of_refresh(bytea)", "clinic_of_code(text)", "clear_old_code(text)"];

/// Brings a database that was put back up to date, and goes on counting far from where it had stopped ([`leave_out_numbers`]). Answers in how many clinics.
///
/// # Errors
/// Where something of it is missing, with what to do; what Postgres says.
pub async fn put_back(config: &Config, now: Millis) -> anyhow::Result<u64> {
    // Looked for first: what brings an older schema up to date names them.
    whole(as_owner(&config.database_url, missing_roles).await?)?;
    Database::migrate(config).await?;
    whole(lacks(&config.database_url).await?)?;
    leave_out_numbers(&config.database_url, now).await
}

fn whole(lacking: Vec<String>) -> anyhow::Result<()> {
    anyhow::ensure!(
        lacking.is_empty(),
        "the database was not put back whole; missing are:\n  {}\nA dump holds no roles. Have this server make them (petrel-hub migrate, in an empty database of it), and put the dump back anew: docs/hub.md, Backups",
        lacking.join("\n  ")
    );
    Ok(())
}

async fn missing_roles(client: &Client) -> Result<Vec<String>, Error> {
    let sql = "SELECT 'the role ' || name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name)";
    client.query(sql, &[&ROLES.as_slice()]).await?.iter().map(|row| row.try_get(0)).collect()
}

/// What is missing, a line each: roles that this server does not have, and what was therefore not put back with the tables. A hub would refuse every desk by
/// it, or see no clinic. To be asked as the database's owner.
///
/// # Errors
/// What Postgres says.
pub async fn lacks(database_url: &str) -> anyhow::Result<Vec<String>> {
    const TABLES: &str =
        "SELECT relname::text FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
                            AND NOT relispartition AND relname NOT LIKE 'refinery%'";
    as_owner(database_url, async |client| {
        let mut lacking = missing_roles(client).await?;
        let mut add = |what: &str, rows: Vec<Row>| -> Result<(), Error> {
            for row in rows {
                lacking.push(format!("{what} {}", row.try_get::<_, String>(0)?));
            }
            Ok(())
        };
        let open = format!("{TABLES} AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1");
        add("row-level security of", client.query(&open, &[]).await?)?;
        let policy = "NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = current_schema() AND tablename = relname AND $1 = ANY (roles::text[]))";
        add("the hub's policy of", client.query(&format!("{TABLES} AND {policy} ORDER BY 1"), &[&"petrel_hub"]).await?)?;
        let idle = "SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (
                      SELECT 1 FROM pg_policies WHERE schemaname = current_schema() AND name = ANY (roles::text[]))";
        add("every policy of", client.query(idle, &[&ROLES.as_slice()]).await?)?;
        let owner = client.query_one("SELECT current_user::text", &[]).await?.try_get::<_, String>(0)?;
        let owners = format!("{TABLES} AND relname = ANY ($2) AND {policy} ORDER BY 1");
        add(&format!("the policy that lets {owner}, the owner, look into"), client.query(&owners, &[&owner, &OWNERS.as_slice()]).await?)?;
        if client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = 'petrel_hub'", &[]).await?.is_some() {
            let granted = format!("{TABLES} AND NOT has_table_privilege('petrel_hub', c.oid, 'SELECT') ORDER BY 1");
            add("what lets the hub read", client.query(&granted, &[]).await?)?;
            let called = "SELECT name FROM unnest($1::text[]) AS name WHERE to_regprocedure(name) IS NULL
                            OR NOT has_function_privilege('petrel_hub', to_regprocedure(name), 'EXECUTE')";
            add("what lets the hub call", client.query(called, &[&FUNCTIONS.as_slice()]).await?)?;
            // From Postgres 16 on a member may not become what it is a member of, unless that was allowed, too.
            let becomes = "SELECT current_user::text WHERE NOT pg_has_role(current_user, 'petrel_hub',
                             CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)";
            add("what lets become petrel_hub the user", client.query(becomes, &[]).await?)?;
        }
        Ok(lacking)
    })
    .await
}
