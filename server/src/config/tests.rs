//! Tests of the precedence, and of the errors of a wrong configuration.

use super::dump::dump;
use super::file;
use super::layer::{Key, Layer, SettingOrigin};
use super::{Config, Invocation, ReadError};
use expect_test::{Expect, expect};
use std::ffi::OsString;
use std::path::Path;

type Values<'a> = &'a [(Key, &'a str)];

fn layer(origin: SettingOrigin, values: Values<'_>) -> Layer {
    let mut layer = Layer::new(origin);
    for (key, value) in values {
        layer.say(*key, Some((*value).to_owned()));
    }
    layer
}

fn check(flags: Values<'_>, environment: Values<'_>, file: &str, expected: Expect) {
    let mut layers = vec![
        layer(SettingOrigin::Flags, flags),
        layer(SettingOrigin::Environment, environment),
    ];
    let path = Path::new("signpost.toml");
    let shown = match file::parse(file) {
        Ok(file) => {
            layers.push(file.into_layer(path));
            match Config::of(&layers, |_| true) {
                Ok((_, effective)) => effective.to_toml(),
                Err(errors) => errors.to_string(),
            }
        }
        Err(what) => what,
    };
    expected.assert_eq(&shown);
}

#[test]
fn flag_wins_over_environment_over_file_over_default() {
    check(
        &[(Key::Listen, "127.0.0.1:1")],
        &[(Key::Listen, "127.0.0.1:2"), (Key::Clock, "external")],
        r#"
            data = "d"
            listen = "127.0.0.1:3"
            clock = "system"
            log = "json"
        "#,
        expect![[r#"
            data = "d"
            listen = "127.0.0.1:1"
            clock = "external"
            log = "json"
            log-filter = "info"
            access = "open"
            min-free-space = "256MiB"
            max-rate = 100000
            max-rate-per-caller = 50000
            max-calls = 8192
            max-calls-per-caller = 4096
            max-calls-per-connection = 1024
            max-watches = 4096
            max-watches-per-caller = 4096
            max-connections = 16384
            max-connections-per-address = 12288
            max-message-size = "4MiB"
            max-metadata-size = "16KiB"
            max-idle-time = "30m"
            max-call-time = "60s"
            max-queue-delay = "10ms"
        "#]],
    );
}

#[test]
fn what_is_in_force_can_be_read_back() -> Result<(), String> {
    let written = "data = \"d\"\nlisten = \"127.0.0.1:0\"\nsample = \"airline\"\n";
    let layer = file::parse(written)?.into_layer(Path::new("a.toml"));
    let (_, effective) = Config::of(&[layer], |_| true).map_err(|errors| errors.to_string())?;
    let again = file::parse(&effective.to_toml())?;
    assert_eq!(again, effective);
    Ok(())
}

#[test]
fn a_dump_says_where_each_value_comes_from_and_means_the_same() -> Result<(), String> {
    let flags: Values<'_> = &[
        (Key::CorsOrigin, "https://a.example"),
        (Key::CorsOrigin, "https://b.example"),
        (Key::Sample, "airline"),
    ];
    let environment: Values<'_> = &[(Key::Clock, "external"), (Key::Playbook, "not-this.yaml")];
    let file = file::parse("data = \"a \\\"b\\\"\"\nmetrics = \"9464\"\n")?;
    let layers = [
        layer(SettingOrigin::Flags, flags),
        layer(SettingOrigin::Environment, environment),
        file.into_layer(Path::new("signpost.toml")),
    ];
    let dumped = dump(&layers);
    expect![[r#"
        data = 'a "b"' # signpost.toml
        listen = "127.0.0.1:7100" # default
        # playbook is not set
        sample = "airline" # --sample
        clock = "external" # SIGNPOST_CLOCK
        log = "text" # default
        log-filter = "info" # default
        cors-origin = ["https://a.example", "https://b.example"] # --cors-origin
        access = "open" # default
        # tls-cert is not set
        # tls-key is not set
        # tls-client-ca is not set
        insecure-listen = false # default
        min-free-space = "256MiB" # default
        metrics = "9464" # signpost.toml
        # otlp-endpoint is not set
        # master-key-file is not set
        # audit-dir is not set
        # audit-keep-days is not set
        # oidc-issuer is not set
        # oidc-audience is not set
        # oidc-jwks is not set
        # oidc-ca is not set
        # oidc-algorithms is not set
        # oidc-role-claim is not set
        # oidc-roles is not set
        # oidc-actor-claim is not set
        # oidc-channels-claim is not set
        # oidc-brands-claim is not set
        # oidc-reasons-claim is not set
        # oidc-clock-skew is not set
        # oidc-max-lifetime is not set
        # oidc-keys-age is not set
        max-rate = 100000 # default
        max-rate-per-caller = 50000 # default
        max-calls = 8192 # default
        max-calls-per-caller = 4096 # default
        max-calls-per-connection = 1024 # default
        max-watches = 4096 # default
        max-watches-per-caller = 4096 # default
        max-connections = 16384 # default
        max-connections-per-address = 12288 # default
        max-message-size = "4MiB" # default
        max-metadata-size = "16KiB" # default
        max-idle-time = "30m" # default
        max-call-time = "60s" # default
        max-queue-delay = "10ms" # default
    "#]]
    .assert_eq(&dumped);
    let of = |layers: &[Layer]| {
        let read = Config::of(layers, |_| true).map_err(|errors| errors.to_string());
        read.map(|(_, effective)| effective)
    };
    let again = file::parse(&dumped)?.into_layer(Path::new("dumped.toml"));
    assert_eq!(of(&[again])?, of(&layers)?);
    Ok(())
}

#[test]
fn every_fault_names_its_key_and_where_it_was_said() {
    check(
        &[(Key::Listen, "localhost"), (Key::Sample, "bank")],
        &[(Key::LogFilter, "inof"), (Key::Clock, "")],
        "log = \"xml\"",
        expect![[r#"
            data: must be set, by --data, SIGNPOST_DATA_DIR, or data in a configuration file
            listen (from --listen): must be an address and a port such as 127.0.0.1:7100, is "localhost"
            clock (from SIGNPOST_CLOCK): must be system or external, is ""
            log (from signpost.toml): must be text or json, is "xml"
            log-filter (from SIGNPOST_LOG_FILTER): must be a level such as info, or module=level, is "inof"
            sample (from --sample): must be airline or retail, is "bank""#]],
    );
    check(
        &[(Key::Data, "d")],
        &[(Key::Playbook, "mine.yaml"), (Key::Sample, "retail")],
        "",
        expect![[
            r#"sample (from SIGNPOST_SAMPLE): must not be set together with playbook, is "retail""#
        ]],
    );
    check(
        &[(Key::Data, "d"), (Key::Playbook, "no.yaml")],
        &[],
        "",
        expect![[
            r#"playbook (from --playbook): cannot be read: No such file or directory (os error 2), is "no.yaml""#
        ]],
    );
}

/// `sample` and `playbook` are two ways to set one thing. A value that has precedence over one also has it over the
/// other, and only this value is shown.
#[test]
fn a_sample_wins_over_a_playbook_and_the_other_way_round() {
    check(
        &[(Key::Data, "d"), (Key::Sample, "retail")],
        &[(Key::Playbook, "no.yaml")],
        "sample = \"airline\"",
        expect![[r#"
            data = "d"
            listen = "127.0.0.1:7100"
            sample = "retail"
            clock = "system"
            log = "text"
            log-filter = "info"
            access = "open"
            min-free-space = "256MiB"
            max-rate = 100000
            max-rate-per-caller = 50000
            max-calls = 8192
            max-calls-per-caller = 4096
            max-calls-per-connection = 1024
            max-watches = 4096
            max-watches-per-caller = 4096
            max-connections = 16384
            max-connections-per-address = 12288
            max-message-size = "4MiB"
            max-metadata-size = "16KiB"
            max-idle-time = "30m"
            max-call-time = "60s"
            max-queue-delay = "10ms"
        "#]],
    );
    check(
        &[(Key::Data, "d"), (Key::Playbook, "no.yaml")],
        &[],
        "sample = \"airline\"",
        expect![[
            r#"playbook (from --playbook): cannot be read: No such file or directory (os error 2), is "no.yaml""#
        ]],
    );
}

#[test]
fn origins_are_a_list_from_one_place() {
    let many = [
        (Key::CorsOrigin, "https://a"),
        (Key::CorsOrigin, "http://b:1"),
    ];
    let file = "data = \"d\"\ncors-origin = [\"https://c\"]";
    check(
        &[],
        &many,
        file,
        expect![[r#"
            data = "d"
            listen = "127.0.0.1:7100"
            clock = "system"
            log = "text"
            log-filter = "info"
            cors-origin = ["https://a", "http://b:1"]
            access = "open"
            min-free-space = "256MiB"
            max-rate = 100000
            max-rate-per-caller = 50000
            max-calls = 8192
            max-calls-per-caller = 4096
            max-calls-per-connection = 1024
            max-watches = 4096
            max-watches-per-caller = 4096
            max-connections = 16384
            max-connections-per-address = 12288
            max-message-size = "4MiB"
            max-metadata-size = "16KiB"
            max-idle-time = "30m"
            max-call-time = "60s"
            max-queue-delay = "10ms"
        "#]],
    );
    check(
        &[],
        &[],
        file,
        expect![[r#"
            data = "d"
            listen = "127.0.0.1:7100"
            clock = "system"
            log = "text"
            log-filter = "info"
            cors-origin = ["https://c"]
            access = "open"
            min-free-space = "256MiB"
            max-rate = 100000
            max-rate-per-caller = 50000
            max-calls = 8192
            max-calls-per-caller = 4096
            max-calls-per-connection = 1024
            max-watches = 4096
            max-watches-per-caller = 4096
            max-connections = 16384
            max-connections-per-address = 12288
            max-message-size = "4MiB"
            max-metadata-size = "16KiB"
            max-idle-time = "30m"
            max-call-time = "60s"
            max-queue-delay = "10ms"
        "#]],
    );
    check(
        &[(Key::CorsOrigin, "a.example")],
        &many,
        file,
        expect![[
            r#"cors-origin (from --cors-origin): must be an origin such as https://desk.example.com or http://localhost:8080: in lower case, without a path, is "a.example""#
        ]],
    );
}

#[test]
fn the_files_of_tls_go_together() {
    let data = (Key::Data, "d");
    check(
        &[data, (Key::TlsCert, "a.pem")],
        &[],
        "",
        expect![[
            r#"tls-cert (from --tls-cert): needs the key of the certificate, too: set tls-key, is "a.pem""#
        ]],
    );
    check(
        &[data],
        &[(Key::TlsPrivate, "a.key")],
        "",
        expect![[
            r#"tls-key (from SIGNPOST_TLS_KEY): needs the certificate of the key, too: set tls-cert, is "a.key""#
        ]],
    );
    check(
        &[data],
        &[],
        "tls-client-ca = \"callers.pem\"",
        expect![[
            r#"tls-client-ca (from signpost.toml): needs tls-cert and tls-key, too, is "callers.pem""#
        ]],
    );
    check(
        &[data, (Key::TlsCert, "no.pem"), (Key::TlsPrivate, "no.key")],
        &[],
        "",
        expect![[
            r#"tls-cert (from --tls-cert): cannot be read: No such file or directory (os error 2), is "no.pem""#
        ]],
    );
}

#[test]
fn an_address_that_others_reach_needs_tls_or_a_word() {
    check(
        &[(Key::Data, "d"), (Key::Listen, "0.0.0.0:7100")],
        &[],
        "insecure-listen = false",
        expect![[
            r#"listen (from --listen): other machines could call there without TLS (set tls-cert and tls-key) and credentials (set access to credentials, or tls-client-ca): must be an address of loopback such as 127.0.0.1:7100, unless insecure-listen is set, is "0.0.0.0:7100""#
        ]],
    );
    check(
        &[(Key::Data, "d"), (Key::Listen, "0.0.0.0:7100")],
        &[(Key::InsecureListen, "true")],
        "insecure-listen = false",
        expect![[r#"
            data = "d"
            listen = "0.0.0.0:7100"
            clock = "system"
            log = "text"
            log-filter = "info"
            access = "open"
            insecure-listen = true
            min-free-space = "256MiB"
            max-rate = 100000
            max-rate-per-caller = 50000
            max-calls = 8192
            max-calls-per-caller = 4096
            max-calls-per-connection = 1024
            max-watches = 4096
            max-watches-per-caller = 4096
            max-connections = 16384
            max-connections-per-address = 12288
            max-message-size = "4MiB"
            max-metadata-size = "16KiB"
            max-idle-time = "30m"
            max-call-time = "60s"
            max-queue-delay = "10ms"
        "#]],
    );
    check(
        &[(Key::Data, "d"), (Key::InsecureListen, "yes")],
        &[],
        "",
        expect![[r#"insecure-listen (from --insecure-listen): must be true or false, is "yes""#]],
    );
}

#[test]
fn two_ports_cannot_be_one() {
    for (listen, metrics, is_taken) in [
        ("127.0.0.1:7100", "7100", true),
        ("[::1]:7100", "0.0.0.0:7100", false),
        ("127.0.0.1:7100", "[::]:7100", true),
        ("127.0.0.1:7100", "127.0.0.2:7100", false),
        ("127.0.0.1:7100", "7101", false),
        ("127.0.0.1:0", "0", false),
    ] {
        let said = [
            (Key::Data, "d"),
            (Key::Listen, listen),
            (Key::Metrics, metrics),
        ];
        let read = Config::of(&[layer(SettingOrigin::Flags, &said)], |_| true);
        let told = read.err().map_or_else(String::new, |it| it.to_string());
        assert_eq!(
            told.contains("must be another address or port than listen"),
            is_taken,
            "{told}"
        );
    }
}

#[test]
fn a_file_is_read_strictly() {
    check(
        &[],
        &[],
        "lisen = \"x\"",
        expect![[r#"
            TOML parse error at line 1, column 1
              |
            1 | lisen = "x"
              | ^^^^^
            unknown field `lisen`, expected one of `data`, `listen`, `playbook`, `sample`, `clock`, `log`, `log-filter`, `cors-origin`, `access`, `tls-cert`, `tls-key`, `tls-client-ca`, `insecure-listen`, `min-free-space`, `metrics`, `otlp-endpoint`, `master-key-file`, `audit-dir`, `audit-keep-days`, `oidc-issuer`, `oidc-audience`, `oidc-jwks`, `oidc-ca`, `oidc-algorithms`, `oidc-role-claim`, `oidc-roles`, `oidc-actor-claim`, `oidc-channels-claim`, `oidc-brands-claim`, `oidc-reasons-claim`, `oidc-clock-skew`, `oidc-max-lifetime`, `oidc-keys-age`, `max-rate`, `max-rate-per-caller`, `max-calls`, `max-calls-per-caller`, `max-calls-per-connection`, `max-watches`, `max-watches-per-caller`, `max-connections`, `max-connections-per-address`, `max-message-size`, `max-metadata-size`, `max-idle-time`, `max-call-time`, `max-queue-delay`
        "#]],
    );
    check(
        &[],
        &[],
        "listen = 7100",
        expect![[r#"
            TOML parse error at line 1, column 10
              |
            1 | listen = 7100
              |          ^^^^
            invalid type: integer `7100`, expected a string
        "#]],
    );
}

#[test]
fn the_command_line_is_read() {
    let read = |args: &[&str]| super::read(args.iter().map(OsString::from));
    let run = read(&["signpostd", "--data", "d", "--sample", "airline"]);
    assert!(matches!(run, Ok(Invocation::Run(config)) if config.first.is_some()));
    let show = read(&["signpostd", "--data", "d", "--check-config"]);
    assert!(matches!(show, Ok(Invocation::Show { warnings, .. }) if warnings.is_empty()));
    let unknown = read(&["signpostd", "--dat", "d"]);
    assert!(matches!(unknown, Err(ReadError::Args(error)) if error.exit_code() == 2));
    let missing = read(&["signpostd", "--config", "no/such/file.toml"]);
    assert!(matches!(missing, Err(ReadError::Config(_))));
}
