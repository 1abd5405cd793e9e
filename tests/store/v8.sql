BEGIN TRANSACTION;
CREATE TABLE schema_version (
  version INTEGER NOT NULL,
  PRIMARY KEY (version)
);
CREATE TABLE threads (
  id VARCHAR NOT NULL,
  owner VARCHAR NOT NULL,
  title TEXT NOT NULL,
  head_id VARCHAR,
  seq INTEGER NOT NULL,
  created_at FLOAT NOT NULL,
  updated_at FLOAT NOT NULL,
  pinned BOOLEAN DEFAULT 0 NOT NULL,
  deleted_at FLOAT,
  PRIMARY KEY (id)
);
CREATE TABLE commands (
  owner VARCHAR NOT NULL,
  id VARCHAR NOT NULL,
  thread_id VARCHAR,
  item_id VARCHAR,
  run_id VARCHAR,
  created_at FLOAT NOT NULL,
  PRIMARY KEY (owner, id)
);
CREATE TABLE assistants (
  id VARCHAR NOT NULL,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  instructions TEXT NOT NULL,
  tools TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE remote_stores (
  base_url VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  remote_id VARCHAR NOT NULL,
  PRIMARY KEY (base_url, subject)
);
CREATE TABLE runs (
  id VARCHAR NOT NULL,
  thread_id VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  created_at FLOAT NOT NULL,
  body TEXT NOT NULL, state TEXT,
  PRIMARY KEY (id),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE TABLE items (
  id VARCHAR NOT NULL,
  thread_id VARCHAR NOT NULL,
  parent_id VARCHAR,
  run_id VARCHAR,
  type VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  created_at FLOAT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE TABLE texts (
  number INTEGER NOT NULL,
  source VARCHAR NOT NULL,
  thread_id VARCHAR NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (source),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE texts_index USING fts5(text, content='texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE TABLE deltas (
  thread_id VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (thread_id, seq),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE TABLE remote_threads (
  thread_id VARCHAR NOT NULL,
  upstream VARCHAR NOT NULL,
  base_url VARCHAR NOT NULL,
  remote_id VARCHAR NOT NULL,
  synced_item_id VARCHAR,
  PRIMARY KEY (thread_id, upstream, base_url),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE TABLE files (
  id VARCHAR NOT NULL,
  owner VARCHAR,
  thread_id VARCHAR,
  purpose VARCHAR NOT NULL,
  name TEXT NOT NULL,
  media_type VARCHAR NOT NULL,
  size BIGINT NOT NULL,
  created_at FLOAT NOT NULL,
  status VARCHAR NOT NULL,
  error TEXT,
  place VARCHAR NOT NULL,
  base_url VARCHAR, note TEXT,
  PRIMARY KEY (id),
  FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
CREATE TABLE remote_files (
  file_id VARCHAR NOT NULL,
  base_url VARCHAR NOT NULL,
  remote_id VARCHAR NOT NULL,
  store_id VARCHAR,
  PRIMARY KEY (file_id, base_url),
  FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE
);
CREATE TABLE file_parts (
  file_id VARCHAR NOT NULL,
  number INTEGER NOT NULL,
  location TEXT,
  text TEXT NOT NULL,
  PRIMARY KEY (file_id, number),
  FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE
);
CREATE TABLE passages (
  id INTEGER NOT NULL,
  file_id VARCHAR NOT NULL,
  location TEXT,
  context TEXT NOT NULL,
  text TEXT NOT NULL,
  vector BLOB,
  vector_model VARCHAR, forms TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE passage_words USING fts5(
         text, context, forms, content='passages', content_rowid='id',
         tokenize='porter unicode61 remove_diacritics 2');
CREATE INDEX threads_of_owner ON threads (owner, updated_at);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_of_thread ON runs (thread_id, created_at);
CREATE INDEX items_of_thread ON items (thread_id, parent_id);
CREATE INDEX texts_of_thread ON texts (thread_id);
CREATE INDEX files_of_thread ON files (thread_id);
CREATE INDEX files_by_status ON files (status);
CREATE INDEX files_of_purpose ON files (purpose, owner, created_at);
CREATE INDEX passages_of_file ON passages (file_id);
CREATE TRIGGER texts_inserted AFTER INSERT ON texts BEGIN INSERT INTO texts_index(rowid, text) VALUES (new.number, new.text); END;
CREATE TRIGGER texts_deleted AFTER DELETE ON texts BEGIN INSERT INTO texts_index(texts_index, rowid, text) VALUES ('delete', old.number, old.text); END;
CREATE TRIGGER texts_updated AFTER UPDATE ON texts BEGIN INSERT INTO texts_index(texts_index, rowid, text) VALUES ('delete', old.number, old.text); INSERT INTO texts_index(rowid, text) VALUES (new.number, new.text); END;
CREATE TRIGGER passage_indexed AFTER INSERT ON passages BEGIN
         INSERT INTO passage_words (rowid, text, context, forms)
         VALUES (new.id, new.text, new.context, new.forms);
       END;
CREATE TRIGGER passage_forgotten AFTER DELETE ON passages BEGIN
         INSERT INTO passage_words (passage_words, rowid, text, context, forms)
         VALUES ('delete', old.id, old.text, old.context, old.forms);
       END;
INSERT INTO schema_version VALUES(8);
INSERT INTO threads VALUES('thread_486cecbe6870204abaa40eac','owner_0847d2d81b7f3aacfa795f81','What''s the weather in Oslo and Lima?','item_31d61f2243df312e7abffca7',390,1.79570171116069817549e+09,1.79570171122607851032e+09,1,NULL);
INSERT INTO threads VALUES('thread_7348820758b9442df7edc93d','owner_abeb2ee5e169fafc219d444d','What can you do?','item_0eae717eb3b33f66b4ac723b',124,1.79570171130010342594e+09,1.79570171130017685887e+09,0,NULL);
INSERT INTO threads VALUES('thread_0c1f88a0d2b9e54471c3ab02','owner_0847d2d81b7f3aacfa795f81','Book a room','item_93ac1be70d5560fe18d4a2b7',9,1795961000.0,1795961000.0,0,NULL);
INSERT INTO commands VALUES('owner_0847d2d81b7f3aacfa795f81','cmd_1','thread_486cecbe6870204abaa40eac','item_dc78423838ec6aa0ba6dafe2','run_516556d1cc5c711a7a0213c0',1.79570171116699790953e+09);
INSERT INTO commands VALUES('owner_0847d2d81b7f3aacfa795f81','cmd_2','thread_486cecbe6870204abaa40eac','item_4838062255b32f0261e9c48c','run_6ecfa75f2c60eaca4274240b',1.79570171122854900362e+09);
INSERT INTO commands VALUES('owner_abeb2ee5e169fafc219d444d','x','thread_7348820758b9442df7edc93d','item_08dd0eceb596a0a3d7807f06','run_b177238103b4439933c33ddc',1.79570171130089759831e+09);
INSERT INTO remote_stores VALUES('http://a','asst_1','vs_1');
INSERT INTO runs VALUES('run_516556d1cc5c711a7a0213c0','thread_486cecbe6870204abaa40eac','completed',1.79570171116079497337e+09,'{"id":"run_516556d1cc5c711a7a0213c0","thread_id":"thread_486cecbe6870204abaa40eac","parent_id":"item_dc78423838ec6aa0ba6dafe2","status":"completed","upstream":"demo","model":"demo","error":null,"usage":{"input_tokens":7,"output_tokens":82,"total_tokens":89,"reasoning_tokens":0,"cached_tokens":0},"created_at":1795701711.160795,"finished_at":1795701711.1897018}',NULL);
INSERT INTO runs VALUES('run_6ecfa75f2c60eaca4274240b','thread_486cecbe6870204abaa40eac','completed',1.79570171122607851032e+09,'{"id":"run_6ecfa75f2c60eaca4274240b","thread_id":"thread_486cecbe6870204abaa40eac","parent_id":"item_4838062255b32f0261e9c48c","status":"completed","upstream":"demo","model":"demo","error":null,"usage":{"input_tokens":9,"output_tokens":290,"total_tokens":299,"reasoning_tokens":0,"cached_tokens":0},"created_at":1795701711.2260785,"finished_at":1795701711.2443595}',NULL);
INSERT INTO runs VALUES('run_b177238103b4439933c33ddc','thread_7348820758b9442df7edc93d','completed',1.79570171130017685887e+09,'{"id":"run_b177238103b4439933c33ddc","thread_id":"thread_7348820758b9442df7edc93d","parent_id":"item_08dd0eceb596a0a3d7807f06","status":"completed","upstream":"demo","model":"demo","error":null,"usage":{"input_tokens":4,"output_tokens":118,"total_tokens":122,"reasoning_tokens":0,"cached_tokens":0},"created_at":1795701711.3001769,"finished_at":1795701711.3053226}',NULL);
INSERT INTO runs VALUES('run_7d20cc5a1e8f94b63350aa17','thread_0c1f88a0d2b9e54471c3ab02','in_progress',1795961000.0,'{"id":"run_7d20cc5a1e8f94b63350aa17","thread_id":"thread_0c1f88a0d2b9e54471c3ab02","parent_id":"item_5b1d06ffac5ee3c7a4a90210","status":"in_progress","upstream":"demo","model":null,"error":null,"usage":null,"created_at":1795961000.0,"finished_at":null}','{"version":1,"phase":"calling","boundary":"item_6e90b4713df4a6058c21f3aa","attempt":1,"active_s":1.5,"stopping":false,"timezone":"Europe/Oslo","max_rounds":10,"place":["demo","demo"],"assistant":{"id":"asst_local_1","name":"Ada","model":"","instructions":"Be brief.","tools":["function:get_time"]},"remote":null,"rounds":[{"after":"item_5b1d06ffac5ee3c7a4a90210","calls":[{"item_id":"item_6e90b4713df4a6058c21f3aa","call_id":"call_1","name":"get_time","arguments":"{\"zone\":\"UTC\"}","repeatable":true,"output":"12:00"}],"native":{"output":[]}}],"calls":[{"item_id":"item_93ac1be70d5560fe18d4a2b7","call_id":"call_2","name":"get_time","arguments":"{\"zone\":\"UTC\"}","repeatable":true,"output":null}],"native":{"output":[{"type":"reasoning"}]},"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,"reasoning_tokens":0,"cached_tokens":0}}');
INSERT INTO items VALUES('item_dc78423838ec6aa0ba6dafe2','thread_486cecbe6870204abaa40eac',NULL,'run_516556d1cc5c711a7a0213c0','user_message','completed',1.79570171116079497337e+09,'{"id":"item_dc78423838ec6aa0ba6dafe2","parent_id":null,"run_id":"run_516556d1cc5c711a7a0213c0","status":"completed","created_at":1795701711.160795,"type":"user_message","text":"What''s the weather in Oslo and Lima?","files":[]}');
INSERT INTO items VALUES('item_28cdfc9abd5281f17c96bfa2','thread_486cecbe6870204abaa40eac','item_dc78423838ec6aa0ba6dafe2','run_516556d1cc5c711a7a0213c0','function_call','completed',1.79570171117636156075e+09,'{"id":"item_28cdfc9abd5281f17c96bfa2","parent_id":"item_dc78423838ec6aa0ba6dafe2","run_id":"run_516556d1cc5c711a7a0213c0","status":"completed","created_at":1795701711.1763616,"type":"function_call","name":"get_weather","arguments":"{\"location\": \"Oslo\", \"dates\": [\"2026-11-26\"]}","output":{"location":{"name":"Oslo","region":null,"country":null,"latitude":null,"longitude":null,"timezone":null},"units":{"temperature":"°C","wind_speed":"km/h","precipitation":"mm"},"sample":true,"notice":"This is invented sample data, not a forecast. The server is set to WEATHER_SOURCE=sample.","source":"Sample data","current":{"time":"2026-11-26T14:01","temperature":4.7,"weather_code":45,"conditions":"Fog","wind_speed":5.0},"days":[{"date":"2026-11-26","weather_code":45,"conditions":"Fog","temperature_min":-0.8,"temperature_max":4.8,"precipitation":0.0,"precipitation_probability":15.0,"wind_speed_max":8.3}]},"error":null,"duration_ms":0.3}');
INSERT INTO items VALUES('item_0655ce76a80c15ec93b5bd33','thread_486cecbe6870204abaa40eac','item_28cdfc9abd5281f17c96bfa2','run_516556d1cc5c711a7a0213c0','function_call','completed',1.79570171117692399019e+09,'{"id":"item_0655ce76a80c15ec93b5bd33","parent_id":"item_28cdfc9abd5281f17c96bfa2","run_id":"run_516556d1cc5c711a7a0213c0","status":"completed","created_at":1795701711.176924,"type":"function_call","name":"get_weather","arguments":"{\"location\": \"Lima\", \"dates\": [\"2026-11-26\"]}","output":{"location":{"name":"Lima","region":null,"country":null,"latitude":null,"longitude":null,"timezone":null},"units":{"temperature":"°C","wind_speed":"km/h","precipitation":"mm"},"sample":true,"notice":"This is invented sample data, not a forecast. The server is set to WEATHER_SOURCE=sample.","source":"Sample data","current":{"time":"2026-11-26T14:01","temperature":27.5,"weather_code":2,"conditions":"Partly cloudy","wind_speed":14.5},"days":[{"date":"2026-11-26","weather_code":2,"conditions":"Partly cloudy","temperature_min":21.8,"temperature_max":27.6,"precipitation":0.0,"precipitation_probability":15.0,"wind_speed_max":24.2}]},"error":null,"duration_ms":0.1}');
INSERT INTO items VALUES('item_6ffeb09778f38a00509753d0','thread_486cecbe6870204abaa40eac','item_0655ce76a80c15ec93b5bd33','run_516556d1cc5c711a7a0213c0','assistant_message','completed',1.79570171118818426138e+09,'{"id":"item_6ffeb09778f38a00509753d0","parent_id":"item_0655ce76a80c15ec93b5bd33","run_id":"run_516556d1cc5c711a7a0213c0","status":"completed","created_at":1795701711.1881843,"type":"assistant_message","text":"**Oslo**, now fog at 5 °C: today, Thursday 26 November: fog, −1 to 5 °C, wind up to 8 km/h.\n\n**Lima**, now partly cloudy at 28 °C: today, Thursday 26 November: partly cloudy, 22 to 28 °C, wind up to 24 km/h.\n\n> **Sample data.** This is invented sample data, not a forecast. The server is set to WEATHER_SOURCE=sample.\n\n*Told by the demo, a script that runs offline, not by an AI.*","annotations":[],"refusal":null}');
INSERT INTO items VALUES('item_4838062255b32f0261e9c48c','thread_486cecbe6870204abaa40eac','item_6ffeb09778f38a00509753d0','run_6ecfa75f2c60eaca4274240b','user_message','completed',1.79570171122607851032e+09,'{"id":"item_4838062255b32f0261e9c48c","parent_id":"item_6ffeb09778f38a00509753d0","run_id":"run_6ecfa75f2c60eaca4274240b","status":"completed","created_at":1795701711.2260785,"type":"user_message","text":"a table","files":[]}');
INSERT INTO items VALUES('item_31d61f2243df312e7abffca7','thread_486cecbe6870204abaa40eac','item_4838062255b32f0261e9c48c','run_6ecfa75f2c60eaca4274240b','assistant_message','completed',1.79570171123628973962e+09,'{"id":"item_31d61f2243df312e7abffca7","parent_id":"item_4838062255b32f0261e9c48c","run_id":"run_6ecfa75f2c60eaca4274240b","status":"completed","created_at":1795701711.2362897,"type":"assistant_message","text":"## The ten kinds at a glance\n\nIn 1803 Luke Howard, a London chemist, gave clouds the Latin names that are still in use. Heights\nare above the ground and hold for middle latitudes.\n\n| Kind | Short | Height of the base | Made of | What it often means |\n| :--- | :---: | ---: | :--- | :--- |\n| Cirrus | Ci | 5–13 km | ice | Fair now; a change within a day if it thickens |\n| Cirrocumulus | Cc | 5–13 km | ice | Rare and short-lived |\n| Cirrostratus | Cs | 5–13 km | ice | A halo round the sun; rain may follow |\n| Altocumulus | Ac | 2–7 km | droplets, ice | In the morning, sometimes thunder by evening |\n| Altostratus | As | 2–7 km | droplets, ice | The sun as through ground glass; rain on its way |\n| Nimbostratus | Ns | 0–3 km | droplets, ice | Steady rain or snow for hours |\n| Stratocumulus | Sc | 0–2 km | droplets | Grey and dry for the most part |\n| Stratus | St | 0–2 km | droplets | Fog that left the ground; drizzle |\n| Cumulus | Cu | 0–2 km | droplets | Small and flat: a fine day |\n| Cumulonimbus | Cb | 0–2 km | droplets, ice | Downpour, hail, lightning; go indoors |\n\nTwo words do most of the work: *stratus* means a layer, *cumulus* a heap. Add *cirro-* for high,\n*alto-* for middle and *nimbo-* for rain, and you can name nearly everything overhead.\n\n*Told by the demo, a script that runs offline, not by an AI.*","annotations":[],"refusal":null}');
INSERT INTO items VALUES('item_08dd0eceb596a0a3d7807f06','thread_7348820758b9442df7edc93d',NULL,'run_b177238103b4439933c33ddc','user_message','completed',1.79570171130017685887e+09,'{"id":"item_08dd0eceb596a0a3d7807f06","parent_id":null,"run_id":"run_b177238103b4439933c33ddc","status":"completed","created_at":1795701711.3001769,"type":"user_message","text":"What can you do?","files":[]}');
INSERT INTO items VALUES('item_0eae717eb3b33f66b4ac723b','thread_7348820758b9442df7edc93d','item_08dd0eceb596a0a3d7807f06','run_b177238103b4439933c33ddc','assistant_message','completed',1.79570171130366301529e+09,'{"id":"item_0eae717eb3b33f66b4ac723b","parent_id":"item_08dd0eceb596a0a3d7807f06","run_id":"run_b177238103b4439933c33ddc","status":"completed","created_at":1795701711.303663,"type":"assistant_message","text":"This is the **demo**: a script that runs offline, not an AI. It answers by a few rules, but everything around it is real: streaming, function calls, widgets, reconnecting. It knows:\n\n- **Weather**, with a call of `get_weather` for each place:\n    - \"What''s the weather in Oslo and Lima tomorrow?\"\n    - \"Paris, Rome and New York this weekend\", as a forecast\n    - then \"and in Bergen?\" or \"what about Friday?\"\n- **Long markdown**, to watch it stream: \"show me markdown\", \"a table\", \"code\" or \"nested lists\"\n- **Any function** by its name: `roll_dice sides=6` or `call roll_dice {\"sides\": 6}`. Enabled here: `get_weather`\n\nFor conversations with a real model, set an API key or a base URL on [/setup](/setup).","annotations":[],"refusal":null}');
INSERT INTO items VALUES('item_5b1d06ffac5ee3c7a4a90210','thread_0c1f88a0d2b9e54471c3ab02',NULL,'run_7d20cc5a1e8f94b63350aa17','user_message','completed',1795961000.0,'{"id":"item_5b1d06ffac5ee3c7a4a90210","parent_id":null,"run_id":"run_7d20cc5a1e8f94b63350aa17","status":"completed","created_at":1795961000.0,"type":"user_message","text":"Book a room and tell me the time.","files":[]}');
INSERT INTO items VALUES('item_6e90b4713df4a6058c21f3aa','thread_0c1f88a0d2b9e54471c3ab02','item_5b1d06ffac5ee3c7a4a90210','run_7d20cc5a1e8f94b63350aa17','function_call','completed',1795961001.0,'{"id":"item_6e90b4713df4a6058c21f3aa","parent_id":"item_5b1d06ffac5ee3c7a4a90210","run_id":"run_7d20cc5a1e8f94b63350aa17","status":"completed","created_at":1795961001.0,"type":"function_call","call_id":"call_1","name":"get_time","arguments":"{\"zone\":\"UTC\"}","output":"12:00","error":null,"duration_ms":1.0}');
INSERT INTO items VALUES('item_93ac1be70d5560fe18d4a2b7','thread_0c1f88a0d2b9e54471c3ab02','item_6e90b4713df4a6058c21f3aa','run_7d20cc5a1e8f94b63350aa17','function_call','running',1795961002.0,'{"id":"item_93ac1be70d5560fe18d4a2b7","parent_id":"item_6e90b4713df4a6058c21f3aa","run_id":"run_7d20cc5a1e8f94b63350aa17","status":"running","created_at":1795961002.0,"type":"function_call","call_id":"call_2","name":"get_time","arguments":"{\"zone\":\"UTC\"}","output":null,"error":null,"duration_ms":null}');
INSERT INTO texts VALUES(1,'thread_486cecbe6870204abaa40eac','thread_486cecbe6870204abaa40eac','What''s the weather in Oslo and Lima?');
INSERT INTO texts VALUES(2,'thread_7348820758b9442df7edc93d','thread_7348820758b9442df7edc93d','What can you do?');
INSERT INTO texts VALUES(3,'item_dc78423838ec6aa0ba6dafe2','thread_486cecbe6870204abaa40eac','What''s the weather in Oslo and Lima?');
INSERT INTO texts VALUES(4,'item_6ffeb09778f38a00509753d0','thread_486cecbe6870204abaa40eac','**Oslo**, now fog at 5 °C: today, Thursday 26 November: fog, −1 to 5 °C, wind up to 8 km/h.

**Lima**, now partly cloudy at 28 °C: today, Thursday 26 November: partly cloudy, 22 to 28 °C, wind up to 24 km/h.

> **Sample data.** This is invented sample data, not a forecast. The server is set to WEATHER_SOURCE=sample.

*Told by the demo, a script that runs offline, not by an AI.*');
INSERT INTO texts VALUES(5,'item_4838062255b32f0261e9c48c','thread_486cecbe6870204abaa40eac','a table');
INSERT INTO texts VALUES(6,'item_31d61f2243df312e7abffca7','thread_486cecbe6870204abaa40eac','## The ten kinds at a glance

In 1803 Luke Howard, a London chemist, gave clouds the Latin names that are still in use. Heights
are above the ground and hold for middle latitudes.

| Kind | Short | Height of the base | Made of | What it often means |
| :--- | :---: | ---: | :--- | :--- |
| Cirrus | Ci | 5–13 km | ice | Fair now; a change within a day if it thickens |
| Cirrocumulus | Cc | 5–13 km | ice | Rare and short-lived |
| Cirrostratus | Cs | 5–13 km | ice | A halo round the sun; rain may follow |
| Altocumulus | Ac | 2–7 km | droplets, ice | In the morning, sometimes thunder by evening |
| Altostratus | As | 2–7 km | droplets, ice | The sun as through ground glass; rain on its way |
| Nimbostratus | Ns | 0–3 km | droplets, ice | Steady rain or snow for hours |
| Stratocumulus | Sc | 0–2 km | droplets | Grey and dry for the most part |
| Stratus | St | 0–2 km | droplets | Fog that left the ground; drizzle |
| Cumulus | Cu | 0–2 km | droplets | Small and flat: a fine day |
| Cumulonimbus | Cb | 0–2 km | droplets, ice | Downpour, hail, lightning; go indoors |

Two words do most of the work: *stratus* means a layer, *cumulus* a heap. Add *cirro-* for high,
*alto-* for middle and *nimbo-* for rain, and you can name nearly everything overhead.

*Told by the demo, a script that runs offline, not by an AI.*');
INSERT INTO texts VALUES(7,'item_08dd0eceb596a0a3d7807f06','thread_7348820758b9442df7edc93d','What can you do?');
INSERT INTO texts VALUES(8,'item_0eae717eb3b33f66b4ac723b','thread_7348820758b9442df7edc93d','This is the **demo**: a script that runs offline, not an AI. It answers by a few rules, but everything around it is real: streaming, function calls, widgets, reconnecting. It knows:

- **Weather**, with a call of `get_weather` for each place:
    - "What''s the weather in Oslo and Lima tomorrow?"
    - "Paris, Rome and New York this weekend", as a forecast
    - then "and in Bergen?" or "what about Friday?"
- **Long markdown**, to watch it stream: "show me markdown", "a table", "code" or "nested lists"
- **Any function** by its name: `roll_dice sides=6` or `call roll_dice {"sides": 6}`. Enabled here: `get_weather`

For conversations with a real model, set an API key or a base URL on [/setup](/setup).');
INSERT INTO texts VALUES(9,'thread_0c1f88a0d2b9e54471c3ab02','thread_0c1f88a0d2b9e54471c3ab02','Book a room');
INSERT INTO texts VALUES(10,'item_5b1d06ffac5ee3c7a4a90210','thread_0c1f88a0d2b9e54471c3ab02','Book a room and tell me the time.');
INSERT INTO files VALUES('file_1',NULL,NULL,'knowledge','manual.md','text/markdown',40,1795701711.0,'completed',NULL,'here',NULL,NULL);
INSERT INTO files VALUES('file_2','owner_0847d2d81b7f3aacfa795f81','thread_486cecbe6870204abaa40eac','attachment','notes.txt','text/plain',20,1795701712.0,'completed',NULL,'here',NULL,NULL);
INSERT INTO remote_files VALUES('file_1','http://a','file-abc','vs_1');
INSERT INTO file_parts VALUES('file_1',0,'p. 1','Turn the brass valve to the left.');
INSERT INTO passages VALUES(1,'file_1','p. 1','Manual','Turn the brass valve to the left.',NULL,NULL,'');
COMMIT;
