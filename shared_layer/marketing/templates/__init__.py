"""Templates of mails: Liquid and MJML to HTML and text, with what is missing, unsafe or spam-like."""
