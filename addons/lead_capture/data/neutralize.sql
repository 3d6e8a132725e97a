-- a copy talks to no messenger, and never answers a client
UPDATE lead_channel
   SET telegram_token = NULL,
       telegram_state = 'none',
       reply_url = NULL;
UPDATE lead_chat_message
   SET state = 'cancelled',
       reason_code = 'cancelled'
 WHERE state IN ('queued', 'sending');
UPDATE lead_chat_message
   SET file_state = 'failed'
 WHERE file_state = 'waiting';
