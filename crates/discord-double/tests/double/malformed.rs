//! Every class of malformed request is refused, and is a problem.

use serde_json::{Value, json};

use super::wire::Wire;
use super::{CHANNEL, GUILD, call, call_as, create, only_problem, says, with, world};
use discord_double::{Double, Limits};

fn long(length: usize) -> String {
    "x".repeat(length)
}

fn embed(embed: Value) -> Value {
    with(says(""), "embeds", json!([embed]))
}

fn row(parts: Value) -> Value {
    with(says("x"), "components", json!([{ "type": 1, "components": parts }]))
}

fn button(more: Value) -> Value {
    let mut button = json!({ "type": 2, "style": 1, "label": "x", "custom_id": "x" });
    button.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    button
}

fn select(more: Value) -> Value {
    let mut select = json!({ "type": 3, "custom_id": "s", "options": [{ "label": "x", "value": "x" }] });
    select.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    select
}

fn option(more: Value) -> Value {
    let mut option = json!({ "label": "x", "value": "x" });
    option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row(json!([select(json!({ "options": [option] }))]))
}

fn bad_messages() -> Vec<(Value, &'static str)> {
    let fields = |count| json!({ "fields": vec![json!({ "name": "x", "value": "x" }); count] });
    let field = |name: &str, value: &str| embed(json!({ "fields": [{ "name": name, "value": value }] }));
    let big = json!({ "description": long(3001) });
    vec![
        (with(says("x"), "colour", json!(1)), "unknown field body.colour"),
        (says(&long(2001)), "content has 2001 characters"),
        (with(says("x"), "content", json!(5)), "content is not a text"),
        (with(says("x"), "nonce", json!(long(26))), "nonce has 26 characters"),
        (with(says("x"), "flags", json!(64)), "flags 64"),
        (with(says("x"), "tts", json!("no")), "tts is not true or false"),
        (with(says("x"), "allowed_mentions", json!({ "parse": ["all"] })), "allowed_mentions.parse holds"),
        (with(says("x"), "allowed_mentions", json!({ "pars": [] })), "unknown field allowed_mentions.pars"),
        (with(says("x"), "allowed_mentions", json!({ "users": ["me"] })), "allowed_mentions.users holds"),
        (with(says("x"), "attachments", json!([{ "id": 0, "filename": "x" }])), "attachments[0] has no file"),
        (embed(json!({})), "embeds[0] is empty"),
        (embed(json!({ "titel": "x" })), "unknown field embeds[0].titel"),
        (embed(json!({ "title": long(257) })), "embeds[0].title has 257"),
        (embed(json!({ "description": long(4097) })), "embeds[0].description has 4097"),
        (embed(json!({ "title": "x", "color": 1 << 24 })), "embeds[0].color is"),
        (embed(json!({ "title": "x", "url": "there" })), "embeds[0].url is not a URL"),
        (embed(json!({ "title": "x", "image": { "url": "there" } })), "embeds[0].image.url is not a URL"),
        (embed(json!({ "title": "x", "timestamp": "now" })), "embeds[0].timestamp is"),
        (embed(json!({ "footer": { "text": long(2049) } })), "embeds[0].footer.text has 2049"),
        (embed(json!({ "author": { "name": long(257) } })), "embeds[0].author.name has 257"),
        (embed(fields(26)), "embeds[0].fields has 26"),
        (field(&long(257), "x"), "fields[0].name has 257"),
        (field("x", &long(1025)), "fields[0].value has 1025"),
        (field("x", " "), "fields[0].value has 1 characters"),
        (with(says("x"), "embeds", json!([big, big])), "the embeds have 6002 characters"),
        (with(says("x"), "embeds", json!(vec![json!({ "title": "x" }); 11])), "embeds has 11"),
        (with(says("x"), "components", json!(vec![json!({ "type": 1, "components": [] }); 6])), "components has 6"),
        (with(says("x"), "components", json!([{ "type": 1, "components": [] }])), "is an empty row"),
        (with(says("x"), "components", json!([button(json!({}))])), "is not a row"),
        (row(json!(vec![button(json!({})); 6])), "has 6 elements"),
        (row(json!([button(json!({})), button(json!({}))])), "has a custom_id that another has"),
        (row(json!([button(json!({ "label": long(81) }))])), "label has 81"),
        (row(json!([button(json!({ "label": null }))])), "has neither label nor emoji"),
        (row(json!([button(json!({ "custom_id": long(101) }))])), "custom_id has 101"),
        (row(json!([button(json!({ "custom_id": "" }))])), "custom_id has 0"),
        (row(json!([button(json!({ "style": 9 }))])), "has the style 9"),
        (row(json!([button(json!({ "style": 5 }))])), "is a link and has a custom_id"),
        (row(json!([button(json!({ "url": "https://x" }))])), "has a url and is not a link"),
        (row(json!([{ "type": 2, "style": 5, "label": "x", "url": "there" }])), "links to"),
        (row(json!([{ "type": 4, "custom_id": "x", "label": "x", "style": 1 }])), "has the type 4"),
        (row(json!([button(json!({})), select(json!({}))])), "not alone in its row"),
        (row(json!([select(json!({ "placeholder": long(151) }))])), "placeholder has 151"),
        (row(json!([select(json!({ "max_values": 2 }))])), "max_values is more than the options"),
        (row(json!([select(json!({ "min_values": 2 }))])), "min_values is more than max_values"),
        (row(json!([select(json!({ "options": [] }))])), "has no options"),
        (row(json!([select(json!({ "options": vec![json!({ "label": "x", "value": "x" }); 26] }))])), "has 26"),
        (row(json!([select(json!({ "options": vec![json!({ "label": "x", "value": "x" }); 2] }))])), "a value that"),
        (row(json!([{ "type": 8, "custom_id": "x", "options": [] }])), "unknown field"),
        (option(json!({ "label": long(101) })), "label has 101"),
        (option(json!({ "value": long(101) })), "value has 101"),
        (option(json!({ "description": long(101) })), "description has 101"),
        (says(" "), "an empty message"),
        (json!([]), "body is not an object"),
    ]
}

#[tokio::test]
async fn messages() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    for (body, problem) in bad_messages() {
        let (status, answer) = create(&double, body).await;
        assert_eq!(status, 400, "{problem}");
        assert!(matches!(answer["code"].as_u64(), Some(50035 | 50006)), "{answer}");
        let problems = double.take_problems();
        assert!(problems.iter().any(|found| found.contains(problem)), "{problem} is not among {problems:#?}");
        assert!(problems[0].starts_with("POST /api/v10/channels/2001/messages: "));
    }
    assert!(double.messages(CHANNEL).is_empty());
    // These are just within the limits.
    for body in [
        says(&long(2000)),
        with(says("x"), "nonce", json!(long(25))),
        embed(json!({ "title": long(256), "description": long(4096) })),
        row(json!([button(json!({ "label": long(80), "custom_id": long(100) }))])),
        row(json!([{ "type": 2, "style": 5, "label": "x", "url": "https://example.com" }])),
        row(json!([select(json!({}))])),
    ] {
        assert_eq!(create(&double, body).await.0, 200);
    }
    double.assert_clean();
    // The house rule: Discord accepts such a message, so it is created, and it is a problem.
    assert_eq!(create(&double, json!({ "content": "hello" })).await.0, 200);
    assert!(only_problem(&double).contains("no allowed_mentions"));
    let open = with(says("@everyone"), "allowed_mentions", json!({ "parse": ["everyone"] }));
    assert_eq!(create(&double, open).await.0, 200);
    assert!(only_problem(&double).contains("allowed_mentions is not closed"));
    let message = double.messages(CHANNEL)[0].id;
    let path = format!("/channels/{CHANNEL}/messages/{message}");
    assert_eq!(call(&double, "PATCH", &path, Some(json!({ "content": "x" }))).await.0, 200);
    assert!(only_problem(&double).contains("no allowed_mentions"));
    assert_eq!(call(&double, "PATCH", &path, Some(json!({ "nonce": "x" }))).await.0, 400);
    assert!(only_problem(&double).contains("unknown field body.nonce"));
    assert_eq!(call(&double, "PATCH", &path, Some(json!({ "components": [] }))).await.0, 200);
}

#[tokio::test]
async fn requests() {
    let double = world().await;
    let path = format!("/channels/{CHANNEL}/messages");
    let token = Double::TOKEN;
    for (authorization, problem) in [(None, "no Authorization"), (Some(token), "a malformed Authorization")] {
        assert_eq!(call_as(&double, "POST", &path, Some(says("x")), authorization).await.0, 401);
        assert!(only_problem(&double).contains(problem));
    }
    assert_eq!(call_as(&double, "POST", &path, Some(says("x")), Some("Bot other")).await.0, 401);
    double.assert_clean();
    for (method, path) in [("GET", "/nowhere"), ("PUT", &path), ("DELETE", "/users/@me"), ("POST", "/users/@me")] {
        assert_eq!(call(&double, method, path, None).await.0, 404);
        assert!(only_problem(&double).contains("does not know this path"));
    }
    for query in ["limit=0", "limit=101", "after=x", "before=1&after=2", "offset=1"] {
        assert_eq!(call(&double, "GET", &format!("{path}?{query}"), None).await.0, 400);
        only_problem(&double);
    }
    assert_eq!(call(&double, "GET", "/applications/5/commands", None).await.1["code"], 10002);
    assert!(only_problem(&double).contains("the application 5"));
    let client = reqwest::Client::new();
    let post = |content_type: &str, body: &str| {
        let request = client.post(format!("{}/api/v10{path}", double.url())).header("Content-Type", content_type);
        request.header("Authorization", format!("Bot {token}")).body(body.to_owned()).send()
    };
    for (content_type, body, problem) in [
        ("application/json", "{", "not JSON"),
        ("text/plain", "{}", "content type \"text/plain\""),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: x\r\n\r\nx\r\n--b--", "a part without a name"),
        ("multipart/form-data; boundary=b", "x", "breaks off"),
    ] {
        assert_eq!(post(content_type, body).await.unwrap().status(), 400);
        assert!(only_problem(&double).contains(problem));
    }
    let elsewhere = reqwest::get(format!("{}/api/v9/gateway", double.url())).await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    only_problem(&double);
}

#[tokio::test]
async fn commands() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    let path = format!("/applications/{}/commands", Double::APPLICATION);
    let command = |options: Value| json!({ "name": "x", "description": "x", "options": options });
    let option = |kind: u8, more: Value| {
        let mut option = json!({ "type": kind, "name": "o", "description": "x" });
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        option
    };
    let one = |kind: u8, more: Value| command(json!([option(kind, more)]));
    let sub = option(1, json!({}));
    let choices =
        |count: usize, value: Value| json!({ "choices": vec![json!({ "name": "x", "value": value }); count] });
    let required = option(3, json!({ "name": "r", "required": true }));
    for (body, problem) in [
        (json!({ "name": "X", "description": "x" }), "the name \"X\""),
        (json!({ "name": "a b", "description": "x" }), "the name \"a b\""),
        (json!({ "name": long(33), "description": "x" }), "the name"),
        (json!({ "name": "x", "description": "" }), "description has 0"),
        (json!({ "name": "x", "description": long(101) }), "description has 101"),
        (json!({ "name": "x", "description": "x", "option": [] }), "unknown field x.option"),
        (json!({ "name": "x", "description": "x", "default_member_permissions": "all" }), "default_member_permissions"),
        (json!({ "name": "x", "description": "x", "type": 9 }), "has the type 9"),
        (json!({ "name": "x", "description": "x", "contexts": [] }), "x: contexts []"),
        (json!({ "name": "x", "description": "x", "integration_types": [2] }), "x: integration_types [2]"),
        (json!({ "name": "x", "description": "x", "type": 3 }), "a description in a context menu"),
        (command(json!(vec![sub.clone(); 26])), "has 26 elements"),
        (command(json!([sub, option(3, json!({ "name": "v" }))])), "mixes sub-commands and values"),
        (command(json!([option(3, json!({})), option(3, json!({}))])), "is there twice"),
        (command(json!([option(3, json!({})), required])), "is required, after an optional one"),
        (one(1, json!({ "options": [sub] })), "has the type 1 at this depth"),
        (one(2, json!({ "options": [] })), "a group of something else"),
        (one(2, json!({ "options": [option(3, json!({}))] })), "a group of something else"),
        (one(12, json!({})), "has the type 12"),
        (one(3, json!({ "name": "O" })), "the name \"O\""),
        (one(3, json!({ "min": 1 })), "unknown field x o.min"),
        (one(3, json!({ "min_value": 1 })), "for the type 3"),
        (one(4, json!({ "max_length": 1 })), "for the type 4"),
        (one(4, json!({ "channel_types": [0] })), "for the type 4"),
        (one(5, choices(1, json!("x"))), "for the type 5"),
        (one(3, choices(26, json!("x"))), "has 26 elements"),
        (one(4, choices(1, json!("x"))), "the choice \"x\""),
        (one(7, json!({ "autocomplete": true })), "cannot autocomplete"),
        (one(3, json!({ "max_length": 6001 })), "max_length is 6001"),
    ] {
        let (status, answer) = call(&double, "PUT", &path, Some(json!([body]))).await;
        assert_eq!((status, &answer["code"]), (400, &json!(50035)), "{problem}");
        let problems = double.take_problems();
        assert!(problems.iter().any(|found| found.contains(problem)), "{problem} is not among {problems:#?}");
    }
    let twice = json!([command(json!([])), command(json!([]))]);
    assert_eq!(call(&double, "PUT", &path, Some(twice)).await.0, 400);
    assert!(only_problem(&double).contains("a name twice"));
    assert!(double.commands().is_empty());
    // One command is created, read, changed and deleted.
    let (status, made) = call(&double, "POST", &path, Some(command(json!([])))).await;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!((status, call(&double, "GET", &path, None).await.1), (201, json!([made])));
    let (_, changed) = call(&double, "PATCH", &one, Some(json!({ "description": "y" }))).await;
    assert_eq!((&changed["id"], &changed["description"]), (&made["id"], &json!("y")));
    assert_eq!(call(&double, "DELETE", &one, None).await.0, 204);
    assert_eq!(call(&double, "GET", &one, None).await.1["code"], 10063);
    double.assert_clean();
    let own = format!("/applications/{}/guilds/{GUILD}/commands", Double::APPLICATION);
    let placed = json!([{ "name": "x", "description": "x", "contexts": [0] }]);
    assert_eq!(call(&double, "PUT", &own, Some(placed)).await.0, 400);
    assert!(only_problem(&double).contains("contexts of a guild's command"));
    let other = format!("/applications/{}/guilds/5/commands", Double::APPLICATION);
    assert_eq!(call(&double, "GET", &other, None).await.1["code"], 50001);
}

#[tokio::test]
async fn answers_to_interactions() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    let mut wire = Wire::ready(&double).await;
    let option = json!({ "type": 3, "name": "o", "description": "x", "autocomplete": true });
    let commands = json!([{ "name": "x", "description": "x", "options": [option] }]);
    call(&double, "PUT", &format!("/applications/{}/commands", Double::APPLICATION), Some(commands)).await;
    let member = double.user(GUILD, 0);
    double.send_slash(&member, CHANNEL, "x", &[]);
    let (callback, token) = wire.interaction().await;
    let input = |more: Value| {
        let mut input = json!({ "type": 4, "custom_id": "x", "label": "x", "style": 1 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "type": 1, "components": [input] })
    };
    let modal = |rows: Value| json!({ "type": 9, "data": { "custom_id": "m", "title": "m", "components": rows } });
    let answer = |data: Value| json!({ "type": 4, "data": data });
    for (body, problem) in [
        (json!({ "type": 6 }), "a response of type 6 to Command"),
        (json!({ "type": 7, "data": says("x") }), "a response of type 7 to Command"),
        (json!({ "type": 8, "data": { "choices": [] } }), "a response of type 8 to Command"),
        (json!({ "type": 3 }), "a response of type 3"),
        (json!({ "type": 5, "flags": 64 }), "unknown field body.flags"),
        (answer(with(says("x"), "nonce", json!("x"))), "unknown field body.nonce"),
        (answer(says(&long(2001))), "content has 2001"),
        (answer(says("")), "an empty response"),
        (modal(json!([])), "a modal without inputs"),
        (modal(json!(vec![input(json!({})); 6])), "components has 6"),
        (modal(json!([input(json!({ "label": long(46) }))])), "label has 46"),
        (modal(json!([input(json!({ "style": 3 }))])), "style is 3"),
        (modal(json!([input(json!({ "max_length": 0 }))])), "max_length is 0"),
        (modal(json!([input(json!({})), input(json!({}))])), "has a custom_id that another has"),
        (modal(json!([{ "type": 1, "components": [button(json!({}))] }])), "is not a text input"),
        (json!({ "type": 9, "data": { "custom_id": "m", "title": long(46) } }), "title has 46"),
    ] {
        let (status, _) = call(&double, "POST", &callback, Some(body)).await;
        assert_eq!(status, 400, "{problem}");
        let problems = double.take_problems();
        assert!(problems.iter().any(|found| found.contains(problem)), "{problem} is not among {problems:#?}");
    }
    let wrong = format!("/webhooks/{}/{token}x", Double::APPLICATION);
    assert_eq!(call(&double, "POST", &wrong, Some(says("x"))).await.0, 401);
    assert!(only_problem(&double).contains("there is no such interaction"));
    assert_eq!(call(&double, "POST", "/interactions/1/x/callback", Some(json!({ "type": 5 }))).await.0, 404);
    assert!(only_problem(&double).contains("there is no such interaction"));
    // A correct response takes effect even after all that. One with open mentions is a problem.
    let open = answer(json!({ "content": "x", "flags": 64 }));
    assert_eq!(call(&double, "POST", &callback, Some(open)).await.0, 204);
    assert!(only_problem(&double).contains("no allowed_mentions"));
    let other = format!("/webhooks/{}/{token}/messages/5", Double::APPLICATION);
    assert_eq!(call(&double, "PATCH", &other, Some(says("x"))).await.0, 404);
    assert!(only_problem(&double).contains("5 is no response to this interaction"));
    let typing = tokio::spawn({
        let double = double.clone();
        async move { double.autocomplete(&member, CHANNEL, "x", &[("o", json!(""))], "o").await }
    });
    let (callback, _) = wire.interaction().await;
    let choice = |name: &str| json!({ "name": name, "value": "x" });
    for (choices, problem) in
        [(json!(vec![choice("x"); 26]), "choices has 26"), (json!([choice(&long(101))]), "choices[0].name has 101")]
    {
        let body = json!({ "type": 8, "data": { "choices": choices } });
        assert_eq!(call(&double, "POST", &callback, Some(body)).await.0, 400);
        assert!(only_problem(&double).contains(problem));
    }
    call(&double, "POST", &callback, Some(json!({ "type": 8, "data": { "choices": [choice("y")] } }))).await;
    assert_eq!(typing.await.unwrap(), [("y".to_owned(), json!("x"))]);
}
