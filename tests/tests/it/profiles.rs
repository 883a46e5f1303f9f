//! `signpost` over TLS: its flags, and the profiles that `signpost login` stores.

use expect_test::expect;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, program, root, text};
use signpost_tests::tls::{Ca, TlsServer};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The names that the certificate of a test has.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// How many calls may see only that the connection broke before one is told why.
const BROKEN_MAX: usize = 20;
/// A token that must not be shown anywhere.
const TOKEN: &str = "s3cret-t0ken";

/// A user with a home of its own.
struct User {
    home: tempfile::TempDir,
}

impl User {
    fn new() -> Outcome<User> {
        Ok(User {
            home: tempfile::tempdir()?,
        })
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("signpost").join("credentials.toml")
    }

    fn command(&self, arguments: &[&str]) -> Outcome<Command> {
        let mut command = Command::new(program("signpost")?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SIGNPOST_") {
                command.env_remove(name);
            }
        }
        command
            .env("XDG_CONFIG_HOME", self.home.path())
            .env("COLUMNS", "100");
        command.args(arguments).current_dir(root());
        Ok(command)
    }

    fn run(&self, arguments: &[&str]) -> Outcome<Ran> {
        let ran = Ran::of(&mut self.command(arguments)?)?;
        Ok(without_secrets(ran))
    }

    /// As `run`, for a server that refuses the connection: a client whose request had not left yet sees only that the
    /// connection broke, and the same again tells more.
    fn refused(&self, arguments: &[&str]) -> Outcome<Ran> {
        let mut ran = self.run(arguments)?;
        for _ in 0..BROKEN_MAX {
            match ran.stderr.contains("the connection broke") {
                true => ran = self.run(arguments)?,
                false => break,
            }
        }
        Ok(ran)
    }

    fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Outcome<Ran> {
        let mut command = self.command(arguments)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        child
            .stdin
            .take()
            .ok_or("no stdin")?
            .write_all(stdin.as_bytes())?;
        let output = child.wait_with_output()?;
        Ok(without_secrets(Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        }))
    }

    /// The output with names in the place of what differs between runs.
    fn told(&self, ran: &Ran, server: &str) -> Outcome<String> {
        let text = format!("{:?}\n{}{}", ran.code, ran.stdout, ran.stderr);
        let text = text
            .replace(text_of(self.home.path())?, "HOME")
            .replace(server, "SERVER");
        let text = text.replace(text_of(&root().canonicalize()?)?, "ROOT");
        // Columns are as wide as the names that were replaced.
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
        Ok(text.lines().map(words).collect())
    }
}

fn text_of(path: &Path) -> Outcome<&str> {
    text(path)
}

/// What was run, which shows no secret.
fn without_secrets(ran: Ran) -> Ran {
    assert!(
        !ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN),
        "{ran:?}"
    );
    ran
}

fn mode(path: &Path) -> Outcome<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

/// A login with a token from stdin.
fn login<'a>(url: &'a str, ca: &'a Path) -> Outcome<[&'a str; 6]> {
    Ok(["login", "--server", url, "--ca", text(ca)?, "--token-stdin"])
}

/// A CA in a file, and a server with a certificate of it.
fn served(user: &User) -> Outcome<(Ca, PathBuf, TlsServer, String)> {
    let ca = Ca::new("ours")?;
    let file = user.home.path().join("ca.pem");
    fs::write(&file, ca.pem())?;
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let url = server.url("localhost")?;
    Ok((ca, file, server, url))
}

#[test]
fn a_login_is_kept_for_its_owner_alone_and_used_until_the_logout() -> Outcome {
    let user = User::new()?;
    let (_, ca, _server, url) = served(&user)?;
    let login = login(&url, &ca)?;
    let logged_in = user.run_with_stdin(&login, &format!("{TOKEN}\n"))?;
    assert_eq!(mode(&user.file())?, 0o600);
    assert_eq!(mode(user.file().parent().ok_or("no folder")?)?, 0o700);
    assert!(fs::read_to_string(user.file())?.contains(TOKEN));
    let asked = user.run(&["vocabulary", "--json"])?;
    assert_eq!(asked.code, Some(0), "{asked:?}");
    assert!(asked.stdout.contains("USD"), "{asked:?}");
    let told = [
        user.told(&logged_in, &url)?,
        user.told(&user.run(&["profile", "list"])?, &url)?,
        user.told(&user.run(&["profile", "list", "--json"])?, &url)?,
        user.told(&user.run(&["logout", "--profile", "tset"])?, &url)?,
        user.told(&user.run(&["logout"])?, &url)?,
        user.told(&user.run(&["profile", "list"])?, &url)?,
        user.told(&user.run(&["logout"])?, &url)?,
    ];
    assert!(!user.file().exists());
    expect![[r#"
        Some(0)
        logged in to SERVER as profile default, which is stored in HOME/signpost/credentials.toml

        Some(0)
        profile server CA client certificate token
        default SERVER HOME/ca.pem yes

        Some(0)
        {"profiles":[{"ca":"HOME/ca.pem","client_cert":null,"has_token":true,"profile":"default","server":"SERVER"}]}

        Some(2)
        signpost: there is no profile tset; there are: default

        Some(0)
        the profile default of SERVER is removed; its token stays valid until it expires or is revoked there

        Some(0)
        no profiles: `signpost login` makes one

        Some(2)
        signpost: there is no profile default; there is none yet: `signpost login` makes one
    "#]].assert_eq(&told.join("\n"));
    Ok(())
}

#[test]
fn a_file_that_others_may_use_or_that_is_wrong_is_refused() -> Outcome {
    let user = User::new()?;
    let (_, ca, _server, url) = served(&user)?;
    let login = login(&url, &ca)?;
    user.run_with_stdin(&login, TOKEN)?;
    let mut told = Vec::new();
    for mode in [0o644, 0o660, 0o604] {
        fs::set_permissions(user.file(), fs::Permissions::from_mode(mode))?;
        told.push(user.told(&user.run(&["counts"])?, &url)?);
        // Neither is it read to be written again.
        let again = user.run_with_stdin(&login, TOKEN)?;
        assert_eq!(again.code, Some(2), "{again:?}");
    }
    // Who names a server needs no profile.
    let asked = user.run(&["vocabulary", "--json", "--server", &url, "--ca", text(&ca)?])?;
    assert_eq!(asked.code, Some(0), "{asked:?}");
    fs::set_permissions(user.file(), fs::Permissions::from_mode(0o600))?;
    let good = fs::read_to_string(user.file())?;
    for bad in [
        good.replace("token = ", "tokn = "),
        good.replace(&format!("\"{TOKEN}\""), TOKEN),
        "not = [ toml".to_owned(),
    ] {
        fs::write(user.file(), bad)?;
        told.push(user.told(&user.run(&["counts"])?, &url)?);
    }
    expect![[r#"
        Some(2)
        signpost: HOME/signpost/credentials.toml: has tokens, and others may use the file (its mode is 644): chmod 600 HOME/signpost/credentials.toml

        Some(2)
        signpost: HOME/signpost/credentials.toml: has tokens, and others may use the file (its mode is 660): chmod 600 HOME/signpost/credentials.toml

        Some(2)
        signpost: HOME/signpost/credentials.toml: has tokens, and others may use the file (its mode is 604): chmod 600 HOME/signpost/credentials.toml

        Some(2)
        signpost: HOME/signpost/credentials.toml: line 4 is not as `signpost login` writes it: correct it, or delete the file and log in again

        Some(2)
        signpost: HOME/signpost/credentials.toml: line 4 is not as `signpost login` writes it: correct it, or delete the file and log in again

        Some(2)
        signpost: HOME/signpost/credentials.toml: line 1 is not as `signpost login` writes it: correct it, or delete the file and log in again
    "#]].assert_eq(&told.join("\n"));
    Ok(())
}

#[test]
fn what_is_not_right_is_not_stored() -> Outcome {
    let user = User::new()?;
    let (_, ca, server, url) = served(&user)?;
    let other = user.home.path().join("other.pem");
    fs::write(&other, Ca::new("another")?.pem())?;
    let plain = url.replace("https", "http");
    let (ca, other, key) = (text(&ca)?, text(&other)?, text(&server.files.key)?);
    let told = [
        user.run(&["login", "--server", &url, "--ca", other, "--no-token"])?,
        user.run(&["login", "--server", &url, "--ca", key, "--no-token"])?,
        user.run(&[
            "login",
            "--server",
            &url,
            "--ca",
            "no/such.pem",
            "--no-token",
        ])?,
        user.run(&["login", "--server", &plain, "--no-token"])?,
        user.run(&["login", "--server", &plain, "--ca", ca, "--no-token"])?,
        user.run(&["login", "--server", &url, "--ca", ca])?,
        user.run(&["login", "--server", &url, "--ca", ca, "--token-stdin"])?,
        user.run(&["login", "--no-token"])?,
        user.run(&[
            "login",
            "--profile",
            "a/b",
            "--server",
            &url,
            "--ca",
            ca,
            "--no-token",
        ])?,
        user.run(&[
            "login",
            "--server",
            &url,
            "--ca",
            ca,
            "--client-cert",
            ca,
            "--no-token",
        ])?,
        user.run(&[
            "login",
            "--server",
            "http://192.0.2.1:7100",
            "--token",
            TOKEN,
        ])?,
        user.run(&["counts", "--profile", "desk"])?,
    ];
    let told: Outcome<Vec<String>> = told.iter().map(|ran| user.told(ran, &url)).collect();
    let told = told?
        .join("\n")
        .replace(&plain, "PLAIN")
        .replace(key, "KEY");
    assert!(!user.file().exists());
    expect![[r#"
        Some(2)
        signpost: ca (--ca): the certificate of the server is signed by no CA that is trusted here: name the CA that signed it

        Some(2)
        signpost: ca (--ca): has no certificate in PEM

        Some(2)
        signpost: ROOT/no/such.pem (--ca): cannot be read: No such file or directory (os error 2)

        Some(2)
        signpost: server (--server): the server speaks TLS at this port: name it as https://

        Some(2)
        signpost: ca (--ca): `PLAIN` has no TLS, so it needs none; if it has, name it as https://

        Some(2)
        signpost: give the token with --token-stdin or --token-file, or say --no-token

        Some(2)
        signpost: stdin has no token

        Some(2)
        signpost: say which server: --server https://HOST:PORT

        Some(2)
        signpost: --profile: must be 1 to 64 letters, digits, '-', '_' or '.', is "a/b"

        Some(2)
        signpost: --client-cert needs its key, too: --client-key

        Some(2)
        signpost: token (--token): is not sent to `http://192.0.2.1:7100`, because anybody on the way could read it: name the server as https://, or allow it with insecure_token

        Some(2)
        signpost: there is no profile desk; there is none yet: `signpost login` makes one
    "#]].assert_eq(&told);
    Ok(())
}

#[test]
fn flags_win_over_the_profile_and_its_token_stays_with_its_server() -> Outcome {
    let user = User::new()?;
    let (_, ca, _first, url) = served(&user)?;
    let (_, second_ca, _second, second_url) = served(&user)?;
    let (ca, second_ca) = (text(&ca)?, text(&second_ca)?);
    // Both were written to one file: each server needs its own.
    assert_eq!(ca, second_ca);
    let login = [
        "login",
        "--profile",
        "desk",
        "--server",
        &second_url,
        "--ca",
        ca,
        "--token-stdin",
    ];
    let logged_in = user.run_with_stdin(&login, TOKEN)?;
    assert_eq!(logged_in.code, Some(0), "{logged_in:?}");
    let asked = user.run(&["vocabulary", "--profile", "desk", "--json"])?;
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let by_variable = Ran::of(
        user.command(&["vocabulary", "--json"])?
            .env("SIGNPOST_PROFILE", "desk"),
    )?;
    assert_eq!(by_variable.code, Some(0), "{by_variable:?}");
    let elsewhere = user.run(&["vocabulary", "--profile", "desk", "--server", &url])?;
    expect![[r#"
        Some(2)
        signpost: the token of the profile desk is for SECOND, and is not sent to SERVER: give the token for that server with --token-file, or log in there with `signpost login --profile NAME --server SERVER`
    "#]].assert_eq(&user.told(&elsewhere, &url)?.replace(&second_url, "SECOND"));
    // With a token of its own it goes there; this CA is of the other server.
    let elsewhere = user.run(&[
        "vocabulary",
        "--profile",
        "desk",
        "--server",
        &url,
        "--token",
        "other",
    ])?;
    assert!(
        elsewhere
            .stderr
            .contains("is signed by no CA that is trusted here"),
        "{elsewhere:?}"
    );
    Ok(())
}

#[test]
fn the_cas_of_the_machine_are_trusted_and_a_certificate_is_shown() -> Outcome {
    let user = User::new()?;
    let (ca, ca_file, _server, url) = served(&user)?;
    let asked = ["vocabulary", "--json", "--server", &url];
    let trusted = Ran::of(user.command(&asked)?.env("SSL_CERT_FILE", &ca_file))?;
    assert_eq!(trusted.code, Some(0), "{trusted:?}");
    let other = user.home.path().join("other.pem");
    fs::write(&other, Ca::new("another")?.pem())?;
    let stranger = Ran::of(user.command(&asked)?.env("SSL_CERT_FILE", &other))?;

    let callers = Ca::new("callers")?;
    let strict = TlsServer::start(&ca.server(&NAMES)?, Some(&callers))?;
    let desk = callers.caller("desk")?;
    let (cert, key) = (
        user.home.path().join("desk.pem"),
        user.home.path().join("desk.key"),
    );
    fs::write(&cert, desk.cert)?;
    fs::write(&key, desk.key)?;
    let strict_url = strict.url("127.0.0.1")?;
    let ca = text(&ca_file)?;
    let nobody = user.refused(&["vocabulary", "--server", &strict_url, "--ca", ca])?;
    let json = user.refused(&["vocabulary", "--server", &strict_url, "--ca", ca, "--json"])?;
    let told = [stranger, nobody, json].map(|ran| user.told(&ran, &url));
    let told: Outcome<Vec<String>> = told.into_iter().collect();
    expect![[r#"
        Some(2)
        {"code":"INVALID_ARGUMENT","fields":[{"field":"ca","message":"the certificate of the server is signed by no CA that is trusted here: name the CA that signed it"}],"help":"ca is --ca","message":"ca: the certificate of the server is signed by no CA that is trusted here: name the CA that signed it","reason":""}

        Some(2)
        signpost: client_cert (--client-cert): the server asks for a certificate of the caller: give one that it trusts, and its key

        Some(2)
        {"code":"INVALID_ARGUMENT","fields":[{"field":"client_cert","message":"the server asks for a certificate of the caller: give one that it trusts, and its key"}],"help":"client_cert is --client-cert","message":"client_cert: the server asks for a certificate of the caller: give one that it trusts, and its key","reason":""}
    "#]].assert_eq(&told?.join("\n"));
    let shown = [
        "--client-cert",
        text(&cert)?,
        "--client-key",
        text(&key)?,
        "--no-token",
    ];
    let login = [&["login", "--server", &strict_url, "--ca", ca][..], &shown].concat();
    let logged_in = user.run(&login)?;
    assert_eq!(logged_in.code, Some(0), "{logged_in:?}");
    let asked = user.run(&["vocabulary", "--json"])?;
    assert_eq!(asked.code, Some(0), "{asked:?}");
    Ok(())
}

#[test]
fn a_token_is_shown_nowhere_and_sent_to_no_other_machine_in_the_open() -> Outcome {
    let user = User::new()?;
    let file = user.home.path().join("token");
    fs::write(&file, format!("{TOKEN}\n"))?;
    let far = ["counts", "--server", "192.0.2.1:7100"];
    let mut told = Vec::new();
    for given in [
        &["--token", TOKEN][..],
        &["--token-file", text(&file)?],
        &["--token", "a b"],
    ] {
        let ran = user.run(&[&far[..], given].concat())?;
        told.push(user.told(&ran, "no server")?);
    }
    expect![[r#"
        Some(2)
        signpost: token (--token): is not sent to `192.0.2.1:7100`, because anybody on the way could read it: name the server as https://, or allow it with insecure_token

        Some(2)
        signpost: token (--token): is not sent to `192.0.2.1:7100`, because anybody on the way could read it: name the server as https://, or allow it with insecure_token

        Some(2)
        signpost: token: must be 1 to 16384 printable ASCII characters without spaces
    "#]].assert_eq(&told.join("\n"));
    for arguments in [
        &["--help"][..],
        &["counts", "--help"],
        &["counts", "--nonsense"],
        &far,
    ] {
        without_secrets(Ran::of(
            user.command(arguments)?.env("SIGNPOST_TOKEN", TOKEN),
        )?);
    }
    Ok(())
}
