<?php
// SPDX-License-Identifier: MPL-2.0

/**
 * Sends a mail that was made elsewhere as it is, for the S/MIME extension of
 * the browser. What one who is logged in may do by it is what the composer
 * lets him do: send as one of his identities, and keep a copy in a folder.
 */
class nssmime_rawsend extends rcube_plugin
{
    public $task = 'mail';

    public function init()
    {
        $this->register_action('plugin.nssmime_rawsend', [$this, 'send']);
        // The extension looks for this before it sends.
        rcmail::get_instance()->output->set_env('nssmime_rawsend', true);
    }

    /** Roundcube has checked the session and, since it is a POST, the token. */
    public function send()
    {
        $rcmail = rcmail::get_instance();
        $output = $rcmail->output;
        $file   = $_FILES['_file'] ?? null;
        if ($_SERVER['REQUEST_METHOD'] !== 'POST' || !isset($file['tmp_name'][0])) {
            return $this->fail('No mail came; it may be too large for this server');
        }
        if ($file['error'][0] !== UPLOAD_ERR_OK) {
            return $this->fail('The mail is too large for this server');
        }

        $identity   = $rcmail->user->get_identity((int) $this->input('_from'));
        $recipients = preg_split('/\s*,\s*/', $this->input('_recipients'), -1, PREG_SPLIT_NO_EMPTY);
        $limit      = (int) $rcmail->config->get('max_recipients');
        if (empty($identity['email'])) {
            return $this->fail('This is no identity of yours');
        }
        if (!$recipients || ($limit > 0 && count($recipients) > $limit)) {
            return $this->fail('There is no recipient, or there are too many');
        }
        foreach ($recipients as $recipient) {
            if (!rcube_utils::check_email($recipient, false)) {
                return $this->fail("{$recipient} is no address");
            }
        }

        $raw = file_get_contents($file['tmp_name'][0]);
        $end = strpos($raw, "\r\n\r\n");
        if (!$end) {
            return $this->fail('This is no mail');
        }
        $head = substr($raw, 0, $end + 2);
        $from = $this->addresses($head);
        if ($from !== [strtolower($identity['email'])]) {
            return $this->fail('The mail is from somebody else');
        }

        $rcmail->smtp_init(true);
        $body = substr($raw, $end + 4);
        if (!$rcmail->smtp->send_mail($identity['email'], $recipients, $head, $body)) {
            $error = $rcmail->smtp->get_error() ?: [];
            return $this->fail($error['label'] ?? 'smtperror', $error['vars'] ?? []);
        }
        unset($head, $body);

        $folder = $this->input('_folder');
        $kept   = $folder !== '' && $rcmail->get_storage()->save_message($folder, $raw, '', false, ['SEEN']);
        $output->command('plugin.nssmime_rawsend', ['kept' => (bool) $kept]);
        $output->show_message('messagesent', 'confirmation');
        $output->send('iframe');
    }

    private function input($name)
    {
        return (string) rcube_utils::get_input_string($name, rcube_utils::INPUT_POST, true);
    }

    /** Whom the one From field names. */
    private function addresses($head)
    {
        $head = preg_replace('/\r\n(?=[ \t])/', '', $head);
        if (preg_match_all('/^From[ \t]*:(.*)$/mi', $head, $fields) !== 1) {
            return [];
        }
        $people = rcube_mime::decode_address_list($fields[1][0], null, true);

        return array_map('strtolower', array_values(array_column($people, 'mailto')));
    }

    /** With a label of Roundcube's, or in words. */
    private function fail($reason, $values = [])
    {
        $output = rcmail::get_instance()->output;
        $output->show_message($reason, 'error', $values);
        $output->send('iframe');
    }
}
