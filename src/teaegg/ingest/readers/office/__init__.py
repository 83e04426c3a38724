"""Word, PowerPoint and Excel: zip containers of XML, looked through before they are opened."""
